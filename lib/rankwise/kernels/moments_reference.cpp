#include "rankwise/kernels/moments-piece.hpp"

#include <algorithm>

namespace rankwise::kernels::reference {
namespace {

/// Value i of the piece lies at values[i * stride] and goes to lane i % lanes.
template <std::size_t lanes, class T>
Piece<SumOf<T>> describe(const T* values, std::size_t size, std::size_t stride, double centre) {
  using Sum = SumOf<T>;
  Piece<Sum> piece;
  std::array<Sum, run_lanes> sums{};
  std::array<double, run_lanes> residuals{}, squares{};
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
    const double deviation = static_cast<double>(values[i * stride]) - centre;
    residuals[i % lanes] += deviation;
    squares[i % lanes] = std::fma(deviation, deviation, squares[i % lanes]);
  }
  if (piece.count == 0) return piece;
  piece.sum = add_lanes(sums);
  piece.centre = centre;
  piece.residual = add_lanes(residuals);
  piece.squares = add_lanes(squares);
  return piece;
}

template <std::size_t lanes, class T>
MomentsOf<T> describe_all(const T* values, std::size_t size, std::size_t stride, std::size_t piece_size,
                          std::size_t first) {
  MomentsOf<T> moments;
  for (std::size_t i = 0; i < size; i += piece_size) {
    const std::size_t length = std::min(piece_size, size - i);
    const T* begin = values + i * stride;
    const double centre = moments.count == 0 ? first_centre(begin, length, stride, first) : next_centre(moments);
    merge(moments, moments_of(describe<lanes>(begin, length, stride, centre)));
  }
  return moments;
}

template <class T>
MomentsOf<T> describe_steps(const T* values, std::size_t rows, std::size_t row_stride, std::size_t step_rows) {
  const std::size_t left_rows = rows_of_left_child(rows, step_rows);
  if (left_rows == rows) return describe_all<1>(values, rows, row_stride, tile_piece_rows, 1);
  auto left = describe_steps(values, left_rows, row_stride, step_rows);
  merge(left, describe_steps(values + left_rows * row_stride, rows - left_rows, row_stride, step_rows));
  return left;
}

}  // namespace

template <class T>
MomentsOf<T> moments_of_run(const T* values, std::size_t size) {
  return describe_all<run_lanes>(values, size, 1, run_piece, first_values);
}

template <class T>
void moments_of_columns(const T* values, std::size_t rows, std::size_t row_stride, std::size_t step_rows,
                        std::span<MomentsOf<T>> moments) {
  for (std::size_t column = 0; column < moments.size(); ++column) {
    moments[column] = describe_steps(values + column, rows, row_stride, step_rows);
  }
}

RANKWISE_FOR_EACH_VALUE_TYPE(RANKWISE_INSTANTIATE_MOMENTS)

}  // namespace rankwise::kernels::reference
