#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

#include "rankwise/base/wide_integer.hpp"

namespace rankwise::kernels {

/// What is known of some values: how many there are, how many of them are NaN, and of the others their sum, their mean,
/// the sum of squared deviations from it, the least and the greatest. The mean is centre + offset, in two parts:
/// rounded to one, the means of values around 1e8 would cost the variance of their union six digits.
template <class Sum>
struct Moments {
  using Extreme = Sum;
  static constexpr bool floating = std::is_floating_point_v<Sum>;

  std::uint64_t count = 0;  ///< without NaN
  std::uint64_t nan = 0;
  Sum sum = 0;
  double centre = 0;  ///< the rounded mean of the first of the values
  double offset = 0;  ///< what it lacks of the mean of all
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

/// `left` becomes the moments of both, but for NaN it is `right` where it has no values of its own. T. F. Chan,
/// G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979):
/// m2 = m2_left + (m2_right + delta² · (n_left · share)), delta = mean_right - mean_left,
/// share = n_right / (n_left + n_right).
void merge(FloatMoments& left, const FloatMoments& right);
void merge(IntegerMoments& left, const IntegerMoments& right);

/// The moments of `size` values that lie side by side: those of one column in a column-contiguous tile. T is double,
/// float or an integer of 8 to 64 bits.
///
/// One pass over memory, the same bits on every processor. A piece of 1024 values is added in 32 lanes (value i in lane
/// i % 32, the lanes along a fixed tree): the values, their deviations from a centre, and the squares of these, each
/// square added in one rounding. The centre is the mean of the first 32 values, then that of all pieces before. Pieces
/// are merged from left to right.
///
/// -0.0 is less than +0.0, and a sum of zeros is +0.0. The m2 of equal values is exactly 0, that of values with an
/// infinity among them NaN. Of a 64-bit integer, the deviation is that of the nearest double.
template <class T>
MomentsOf<T> moments_of_run(const T* values, std::size_t size);

/// Rows in steps of `step_rows` are merged along a tree, as blocks::Node has it: this many go to the left child of the
/// node that covers `rows` rows; all of them if they are one step.
inline std::size_t rows_of_left_child(std::size_t rows, std::size_t step_rows) {
  const std::size_t steps = rows / step_rows + (rows % step_rows != 0 ? 1 : 0);
  return steps <= 1 ? rows : std::bit_ceil(steps) / 2 * step_rows;
}

/// The moments of each column of a row-contiguous tile of `rows` × moments.size() values, `row_stride` values from row
/// to row. Like those of a run, but pieces are of 64 rows, each added from top to bottom, and the first centre is the
/// first value. More rows than `step_rows` are taken in steps of so many, merged along their tree.
/// @pre step_rows > 0
template <class T>
void moments_of_columns(const T* values, std::size_t rows, std::size_t row_stride, std::size_t step_rows,
                        std::span<MomentsOf<T>> moments);

namespace reference {
/// The scalar twins, one value at a time.
template <class T>
MomentsOf<T> moments_of_run(const T* values, std::size_t size);
template <class T>
void moments_of_columns(const T* values, std::size_t rows, std::size_t row_stride, std::size_t step_rows,
                        std::span<MomentsOf<T>> moments);
}  // namespace reference

}  // namespace rankwise::kernels
