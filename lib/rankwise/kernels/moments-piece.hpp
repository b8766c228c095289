#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <type_traits>

#include "rankwise/kernels/moments.hpp"
#include "rankwise/kernels/value_types.hpp"

// What the kernels and their scalar twins share: how a run and a tile are cut into pieces, and how pieces are merged.

namespace rankwise::kernels {

inline constexpr std::size_t run_lanes = 32;
inline constexpr std::size_t run_piece = 1024;
inline constexpr std::size_t tile_piece_rows = 64;
inline constexpr std::size_t first_values = 32;  // of a run: their mean is its first centre

/// -0.0 is less than +0.0. Neither may be NaN. Written so that compilers select without a branch on the data: one that
/// is mispredicted costs a run that comes from memory a third of its speed.
template <class Value>
Value lesser(Value a, Value b) {
  const Value selected = b < a ? b : a;
  if constexpr (std::is_floating_point_v<Value>) {
    if (selected == 0) return std::signbit(a) || std::signbit(b) ? -Value{0} : Value{0};
  }
  return selected;
}
template <class Value>
Value greater(Value a, Value b) {
  const Value selected = b > a ? b : a;
  if constexpr (std::is_floating_point_v<Value>) {
    if (selected == 0) return std::signbit(a) && std::signbit(b) ? -Value{0} : Value{0};
  }
  return selected;
}

/// All NaN are one, so that results can be compared by their bits.
inline double one_nan(double value) {
  return std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value;
}

/// Makes one of 32 lanes: of 16 pairs, then 8, 4, 2, 1; lane i takes in lane i + 16, and so on.
template <class Value, class Operation>
Value fold_lanes(std::array<Value, run_lanes> lanes, Operation operation) {
  for (std::size_t width = run_lanes / 2; width > 0; width /= 2) {
    for (std::size_t i = 0; i < width; ++i) lanes[i] = operation(lanes[i], lanes[i + width]);
  }
  return lanes[0];
}
template <class Value>
Value add_lanes(const std::array<Value, run_lanes>& lanes) {
  return fold_lanes(lanes, std::plus<Value>());
}

template <class T>
using SumOf = decltype(MomentsOf<T>::sum);

/// What is found out about a piece.
template <class Sum>
struct Piece {
  std::uint64_t count = 0;
  std::uint64_t nan = 0;
  Sum sum = 0;
  Sum min = 0;
  Sum max = 0;
  double centre = 0;    ///< something near the mean
  double residual = 0;  ///< the sum of the deviations from the centre
  double squares = 0;   ///< the sum of their squares
};

/// What squares of deviations from the centre would add up to from the mean: never negative; infinite if they are,
/// though no value is; NaN stays.
inline double squares_from_mean(double squares, double residual, double offset) {
  if (std::isinf(squares) && std::isfinite(residual)) return squares;
  const double corrected = squares - residual * offset;
  return corrected < 0 ? 0 : corrected;
}

template <class Sum>
Moments<Sum> moments_of(const Piece<Sum>& piece) {
  Moments<Sum> moments{.count = piece.count, .nan = piece.nan};
  if (piece.count == 0) return moments;
  moments.sum = piece.sum;
  moments.min = piece.min;
  moments.max = piece.max;
  // Constants have no variance at all, whatever the rounded centre says.
  if (piece.max - piece.min == 0) {  // not where they are infinite
    moments.centre = static_cast<double>(piece.min);
    return moments;
  }
  moments.centre = piece.centre;
  moments.offset = piece.residual / static_cast<double>(piece.count);
  moments.m2 = squares_from_mean(piece.squares, piece.residual, moments.offset);
  return moments;
}

/// The centre of the first piece of a run or column: the mean of the first few of its values that are not NaN. It has
/// to be near the mean only as far as their spread goes: the squares of deviations from it are at most
/// 1 + size / (how many they are) times those from the mean, so much of a double's precision is lost at worst.
template <class T>
double first_centre(const T* values, std::size_t size, std::size_t stride, std::size_t most) {
  const auto few = static_cast<double>(most);
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < size && count < few; ++i) {
    const auto value = static_cast<double>(values[i * stride]);
    if (std::isnan(value)) continue;
    sum += value / few;  // the sum of the greatest numbers does not overflow
    ++count;
  }
  const double mean = count == 0 ? 0 : sum * (few / count);
  return std::isfinite(mean) ? mean : 0;
}

/// The centre of a later piece: the mean of all that came before it.
template <class Sum>
double next_centre(const Moments<Sum>& before) {
  const double mean = before.centre + before.offset;
  return std::isfinite(mean) ? mean : 0;
}

/// As merge() does, but NaN keep their bits.
template <class Sum>
void append(Moments<Sum>& left, const Moments<Sum>& right) {
  const std::uint64_t nan = left.nan + right.nan;
  if (left.count == 0) {
    left = right;
  } else if (right.count != 0) {
    const double delta = ((right.centre - left.centre) + right.offset) - left.offset;
    const auto left_count = static_cast<double>(left.count), right_count = static_cast<double>(right.count);
    const double share = right_count / (left_count + right_count);
    left.count += right.count;
    left.sum += right.sum;
    left.offset += delta * share;
    left.m2 += right.m2 + delta * delta * (left_count * share);
    left.min = lesser(left.min, right.min);
    left.max = greater(left.max, right.max);
  }
  left.nan = nan;
}

template <class Sum>
void unite_nan(Moments<Sum>& moments) {
  moments.m2 = one_nan(moments.m2);
  if constexpr (Moments<Sum>::floating) moments.sum = one_nan(moments.sum);
}

}  // namespace rankwise::kernels

/// Both functions for one type of value; within the namespace that has them.
#define RANKWISE_INSTANTIATE_MOMENTS(T)                        \
  template MomentsOf<T> moments_of_run(const T*, std::size_t); \
  template void moments_of_columns(const T*, std::size_t, std::size_t, std::size_t, std::span<MomentsOf<T>>);
