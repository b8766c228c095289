#pragma once

#include <tuple>

#include "rankwise/kernels/moments-piece.hpp"

namespace rankwise::kernels {

/// What is known of a piece in each of its lanes, or of a piece of each of up to 32 columns. Integers of up to 32 bits
/// are counted as doubles here: within a piece their sums are exact.
template <class T>
struct Lanes {
  static constexpr bool wide = std::is_integral_v<T> && sizeof(T) == 8;
  using Value = std::conditional_t<wide, WideInteger, double>;

  alignas(64) std::array<double, run_lanes> count;  ///< without NaN
  alignas(64) std::array<Value, run_lanes> sum;
  alignas(64) std::array<Value, run_lanes> min;
  alignas(64) std::array<Value, run_lanes> max;
  alignas(64) std::array<double, run_lanes> centre;
  alignas(64) std::array<double, run_lanes> residual;
  alignas(64) std::array<double, run_lanes> squares;

  /// Whether the value is NaN.
  bool add(std::size_t lane, T number) {
    const auto value = static_cast<Value>(number);
    if (value != value) return true;
    ++count[lane];
    sum[lane] += value;
    min[lane] = lesser(min[lane], value);
    max[lane] = greater(max[lane], value);
    return false;
  }

  void add_deviation(std::size_t lane, T number) {
    const auto value = static_cast<double>(number);
    if (value != value) return;
    const double deviation = value - centre[lane];
    residual[lane] += deviation;
    squares[lane] += deviation * deviation;
  }

  void find_centres() {
    for (std::size_t i = 0; i < run_lanes; ++i) centre[i] = mean_of(count[i], sum[i], min[i], max[i]);
  }

  /// The piece of one column.
  Piece<SumOf<T>> column(std::size_t lane, std::size_t rows) const {
    const auto present = static_cast<std::uint64_t>(count[lane]);
    if (present == 0) return {.nan = rows};
    return {present,          rows - present, exact(sum[lane]), exact(min[lane]),
            exact(max[lane]), centre[lane],   residual[lane],   squares[lane]};
  }

  /// The first pass of a run's piece.
  Piece<SumOf<T>> first_pass(std::size_t size) const {
    const double present = add_lanes(count);
    Piece<SumOf<T>> piece{.count = static_cast<std::uint64_t>(present)};
    piece.nan = size - piece.count;
    if (piece.count == 0) return piece;
    Value least = min[0], greatest = max[0];
    for (std::size_t i = 1; i < run_lanes; ++i) {
      least = lesser(least, min[i]);
      greatest = greater(greatest, max[i]);
    }
    const Value total = add_lanes(sum);
    piece.sum = exact(total);
    piece.min = exact(least);
    piece.max = exact(greatest);
    piece.centre = mean_of(present, total, least, greatest);
    return piece;
  }

 private:
  static SumOf<T> exact(Value value) {
    if constexpr (std::is_integral_v<T> && !wide)
      return static_cast<std::int64_t>(value);
    else
      return value;
  }
};

/// What one target offers.
template <class T>
struct MomentsKernels {
  MomentsOf<T> (*of_run)(const T* values, std::size_t size);
  void (*of_columns)(const T* values, std::size_t rows, std::size_t row_stride, std::span<MomentsOf<T>> moments);
};

using AllMomentsKernels =
    std::tuple<MomentsKernels<double>, MomentsKernels<float>, MomentsKernels<std::int8_t>, MomentsKernels<std::int16_t>,
               MomentsKernels<std::int32_t>, MomentsKernels<std::int64_t>, MomentsKernels<std::uint8_t>,
               MomentsKernels<std::uint16_t>, MomentsKernels<std::uint32_t>, MomentsKernels<std::uint64_t>>;

}  // namespace rankwise::kernels
