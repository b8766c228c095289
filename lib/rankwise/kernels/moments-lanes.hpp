#pragma once

#include <algorithm>
#include <tuple>

#include "rankwise/kernels/moments-piece.hpp"

// What a kernel notes down while it passes over a piece, for each lane of a run or column of a tile.

namespace rankwise::kernels {

inline constexpr std::size_t max_vector = 8;  // doubles; the 32 lanes are a multiple of any vector
inline constexpr std::size_t run_strip = 4;   // rows: so long do a vector's sums stay in registers
inline constexpr std::size_t tile_strip = 8;
inline constexpr std::size_t panel_columns = 128;  // what is noted of them stays in the first cache with a strip
inline constexpr std::size_t run_ahead = 8192;     // bytes: so far ahead of the loads is fetched

/// What is known of the deviations from the centre.
template <std::size_t width>
struct PieceDeviations {
  alignas(64) std::array<double, width> centre;
  alignas(64) std::array<double, width> residual;
  alignas(64) std::array<double, width> squares;

  void clear(std::size_t begin, std::size_t end) {
    std::fill(residual.begin() + static_cast<std::ptrdiff_t>(begin),
              residual.begin() + static_cast<std::ptrdiff_t>(end), 0.0);
    std::fill(squares.begin() + static_cast<std::ptrdiff_t>(begin), squares.begin() + static_cast<std::ptrdiff_t>(end),
              0.0);
  }
  void add(std::size_t lane, double value) {
    const double deviation = value - centre[lane];
    residual[lane] += deviation;
    squares[lane] = std::fma(deviation, deviation, squares[lane]);
  }
};

/// Sums and extremes. Integers of up to 32 bits are taken as doubles: a piece's sum of them is exact.
template <class T, std::size_t width>
struct PieceNotes : PieceDeviations<width> {
  using Value = double;
  alignas(64) std::array<double, width> sum;
  alignas(64) std::array<double, width> min;
  alignas(64) std::array<double, width> max;
  alignas(64) std::array<double, width> nan;

  void clear(std::size_t begin, std::size_t end) {
    PieceDeviations<width>::clear(begin, end);
    for (std::size_t i = begin; i < end; ++i) {
      sum[i] = nan[i] = 0;
      min[i] = std::numeric_limits<double>::infinity();
      max[i] = -std::numeric_limits<double>::infinity();
    }
  }

  void add(std::size_t lane, T value) {
    const auto number = static_cast<double>(value);
    if (std::isnan(number)) {
      ++nan[lane];
      return;
    }
    sum[lane] += number;
    min[lane] = lesser(min[lane], number);
    max[lane] = greater(max[lane], number);
    PieceDeviations<width>::add(lane, number);
  }

  /// Of the `size` values whose lanes came to this.
  static Piece<SumOf<T>> piece(std::size_t size, double nan, double sum, double min, double max) {
    const auto missing = static_cast<std::uint64_t>(nan);
    if (missing == size) return {.nan = missing};
    const auto exact = [](double value) {
      if constexpr (std::is_integral_v<T>)
        return static_cast<std::int64_t>(value);
      else
        return value;
    };
    return {.count = size - missing, .nan = missing, .sum = exact(sum), .min = exact(min), .max = exact(max)};
  }
  Piece<SumOf<T>> column(std::size_t column, std::size_t rows) const {
    return piece(rows, nan[column], sum[column], min[column], max[column]);
  }
};

/// 64-bit integers are moved to begin at 0, and their halves summed apart, so that no sum overflows.
template <class T, std::size_t width>
requires(std::is_integral_v<T> && sizeof(T) == 8) struct PieceNotes<T, width> : PieceDeviations<width> {
  static constexpr std::uint64_t half = std::uint64_t{1} << 63;
  static constexpr std::uint64_t moved = std::is_signed_v<T> ? half : 0;

  alignas(64) std::array<std::uint64_t, width> low;
  alignas(64) std::array<std::uint64_t, width> high;
  // Of the values moved to begin at INT64_MIN, which vectors compare best.
  alignas(64) std::array<std::int64_t, width> min;
  alignas(64) std::array<std::int64_t, width> max;

  void clear(std::size_t begin, std::size_t end) {
    PieceDeviations<width>::clear(begin, end);
    for (std::size_t i = begin; i < end; ++i) {
      low[i] = high[i] = 0;
      min[i] = INT64_MAX;
      max[i] = INT64_MIN;
    }
  }

  void add(std::size_t lane, T value) {
    const std::uint64_t word = static_cast<std::uint64_t>(value) ^ moved;
    low[lane] += word & UINT32_MAX;
    high[lane] += word >> 32;
    min[lane] = std::min(min[lane], static_cast<std::int64_t>(word ^ half));
    max[lane] = std::max(max[lane], static_cast<std::int64_t>(word ^ half));
    PieceDeviations<width>::add(lane, static_cast<double>(value));
  }

  Piece<WideInteger> column(std::size_t column, std::size_t rows) const {
    return piece(rows, low[column], high[column], min[column], max[column]);
  }
  Piece<WideInteger> run(std::size_t size) const {
    return piece(size, add_lanes(low), add_lanes(high), fold_lanes(min, lesser<std::int64_t>),
                 fold_lanes(max, greater<std::int64_t>));
  }

 private:
  static Piece<WideInteger> piece(std::size_t size, std::uint64_t low, std::uint64_t high, std::int64_t min,
                                  std::int64_t max) {
    const auto back = [](std::int64_t value) {
      return static_cast<T>(static_cast<std::uint64_t>(value) ^ half ^ moved);
    };
    const WideInteger sum = WideInteger{high} * (WideInteger{1} << 32) + low - WideInteger{moved} * size;
    return {.count = size, .sum = sum, .min = back(min), .max = back(max)};
  }
};

/// What a target offers.
template <class T>
struct MomentsKernels {
  MomentsOf<T> (*of_run)(const T* values, std::size_t size);
  void (*of_columns)(const T* values, std::size_t rows, std::size_t row_stride, std::size_t step_rows,
                     std::span<MomentsOf<T>> moments);
};
template <class... T>
using MomentsKernelsOfEach = std::tuple<MomentsKernels<T>...>;
using AllMomentsKernels = MomentsKernelsOfEach<double, float, std::int8_t, std::int16_t, std::int32_t, std::int64_t,
                                               std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>;

}  // namespace rankwise::kernels
