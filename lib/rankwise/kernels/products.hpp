#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace rankwise::kernels {

/// So many rows are added up in a register before they join the sums: a piece.
inline constexpr std::size_t product_piece_rows = 128;
/// Columns stand in strips of this width: a cache line of doubles.
inline constexpr std::size_t strip_columns = 8;

constexpr std::size_t whole_strips(std::size_t columns) {
  return (columns + strip_columns - 1) / strip_columns * strip_columns;
}

/// Columns side by side in strips, as Deviations have them, wherever they are: 64-byte lines.
struct DeviationsView {
  const double* values = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;

  [[nodiscard]] std::size_t strips() const { return whole_strips(columns) / strip_columns; }
  [[nodiscard]] const double* strip(std::size_t s) const { return values + s * rows * strip_columns; }
};

/// What a few columns deviate from their centres in one piece of rows: strip after strip, within a strip row after row.
/// Columns that fill up the last strip deviate by 0.
struct Deviations {
  struct alignas(64) Line {
    std::array<double, strip_columns> values;
  };
  std::vector<Line> lines = {};
  std::size_t rows = 0;
  std::size_t columns = 0;

  [[nodiscard]] std::size_t strips() const { return whole_strips(columns) / strip_columns; }
  /// Of strip s, rows × strip_columns. @pre there are rows
  [[nodiscard]] const double* strip(std::size_t s) const { return lines[s * rows].values.data(); }
  [[nodiscard]] double* strip(std::size_t s) { return lines[s * rows].values.data(); }
  operator DeviationsView() const { return {lines.empty() ? nullptr : lines[0].values.data(), rows, columns}; }
};

/// Where the elements of a tile are: (row, column) is values[row * row_stride + column * column_stride].
template <class T>
struct TileView {
  const T* values = nullptr;
  std::size_t rows = 0;
  std::size_t row_stride = 0;
  std::size_t column_stride = 0;
};

/// Takes the deviations of a tile's columns, one for each centre: double(value) - centre. T is double, float or an
/// integer of 8 to 64 bits.
/// Products of more than product_piece_rows rows at once are right to fewer digits.
template <class T>
void take_deviations(const TileView<T>& tile, std::span<const double> centres, Deviations& deviations);

/// Which elements of a matrix are wanted: all, or those on and above its diagonal (some below are computed, too).
enum class Wanted { all, upper };

/// sums(i, j) += the products of the deviations of left's column i and right's column j, added up from the first row to
/// the last with one rounding for each row (a fused multiply-add), beginning with 0: the same bits on every processor.
/// @param sums whole_strips(left.columns) × whole_strips(right.columns), row after row
/// @pre as many rows on both sides
void add_products(const DeviationsView& left, const DeviationsView& right, Wanted wanted, std::span<double> sums);

namespace reference {
/// The scalar twins, one element at a time.
template <class T>
void take_deviations(const TileView<T>& tile, std::span<const double> centres, Deviations& deviations);
void add_products(const DeviationsView& left, const DeviationsView& right, Wanted wanted, std::span<double> sums);
}  // namespace reference

}  // namespace rankwise::kernels
