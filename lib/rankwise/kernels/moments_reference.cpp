#include "rankwise/kernels/moments-piece.hpp"

#include <algorithm>

namespace rankwise::kernels::reference {
namespace {

/// Value i of the piece lies at values[i * stride] and goes to lane i % lanes.
template <std::size_t lanes, class T>
Piece<SumOf<T>> describe(const T* values, std::size_t size, std::size_t stride) {
  using Sum = SumOf<T>;
  Piece<Sum> piece;
  std::array<Sum, run_lanes> sums{};
  for (std::size_t i = 0; i < size; ++i) {
    const auto value = static_cast<Sum>(values[i * stride]);
    if (value != value) {
      ++piece.nan;
      continue;
    }
    sums[i % lanes] += value;
    piece.min = piece.count == 0 ? value : lesser(piece.min, value);
    piece.max = piece.count == 0 ? value : greater(piece.max, value);
    ++piece.count;
  }
  if (piece.count == 0) return piece;
  piece.sum = add_lanes(sums);
  piece.centre = mean_of(static_cast<double>(piece.count), piece.sum, piece.min, piece.max);

  std::array<double, run_lanes> residuals{}, squares{};
  for (std::size_t i = 0; i < size; ++i) {
    const auto value = static_cast<double>(values[i * stride]);
    if (value != value) continue;
    const double deviation = value - piece.centre;
    residuals[i % lanes] += deviation;
    squares[i % lanes] += deviation * deviation;
  }
  piece.residual = add_lanes(residuals);
  piece.squares = add_lanes(squares);
  return piece;
}

}  // namespace

template <class T>
MomentsOf<T> moments_of_run(const T* values, std::size_t size) {
  MomentsOf<T> moments;
  for (std::size_t i = 0; i < size; i += run_piece) {
    merge(moments, moments_of(describe<run_lanes>(values + i, std::min(run_piece, size - i), 1)));
  }
  return moments;
}

template <class T>
void moments_of_columns(const T* values, std::size_t rows, std::size_t row_stride, std::span<MomentsOf<T>> moments) {
  for (std::size_t column = 0; column < moments.size(); ++column) {
    moments[column] = {};
    for (std::size_t row = 0; row < rows; row += tile_piece_rows) {
      merge(moments[column], moments_of(describe<1>(values + row * row_stride + column,
                                                    std::min(tile_piece_rows, rows - row), row_stride)));
    }
  }
}

RANKWISE_INSTANTIATE_MOMENTS()

}  // namespace rankwise::kernels::reference
