#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

#include "rankwise/base/wide_integer.hpp"

namespace rankwise::kernels {

/// What is known of some values: how many there are, how many of them are NaN, and of the others their sum, the sum of
/// squared deviations from their mean, the least and the greatest. The mean is sum / count.
template <class Sum>
struct Moments {
  using Extreme = Sum;
  static constexpr bool floating = std::is_floating_point_v<Sum>;

  std::uint64_t count = 0;  ///< without NaN
  std::uint64_t nan = 0;
  Sum sum = 0;
  double m2 = 0;
  Extreme min = floating ? std::numeric_limits<Sum>::infinity() : static_cast<Sum>(INT64_MAX);
  Extreme max = floating ? -std::numeric_limits<Sum>::infinity() : static_cast<Sum>(INT64_MIN);

  friend bool operator==(const Moments&, const Moments&) = default;
};

/// Of floating-point values: accumulated in double.
using FloatMoments = Moments<double>;
/// Of integers: sums are exact and cannot overflow.
using IntegerMoments = Moments<WideInteger>;

/// The moments of values of type T.
template <class T>
using MomentsOf = std::conditional_t<std::is_floating_point_v<T>, FloatMoments, IntegerMoments>;

/// `left` becomes the moments of both. Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for
/// computing sample variances" (1979).
void merge(FloatMoments& left, const FloatMoments& right);
void merge(IntegerMoments& left, const IntegerMoments& right);

/// The moments of `size` values that lie side by side: those of one column in a column-contiguous tile. Pieces of 1024
/// values are summed in 32 numbered lanes (value i in lane i % 32, the lanes along a fixed tree), centred around the
/// piece's mean, and merged from left to right: the same bits on every processor.
template <class T>
MomentsOf<T> moments_of_run(const T* values, std::size_t size);

/// The moments of each column of a row-contiguous tile of `rows` × moments.size() values, `row_stride` values from row
/// to row. Pieces of 64 rows are summed from top to bottom, centred around the column's mean in the piece, and merged
/// from top to bottom.
template <class T>
void moments_of_columns(const T* values, std::size_t rows, std::size_t row_stride, std::span<MomentsOf<T>> moments);

namespace reference {
/// The scalar twins, one value at a time.
template <class T>
MomentsOf<T> moments_of_run(const T* values, std::size_t size);
template <class T>
void moments_of_columns(const T* values, std::size_t rows, std::size_t row_stride, std::span<MomentsOf<T>> moments);
}  // namespace reference

}  // namespace rankwise::kernels
