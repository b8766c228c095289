#include <cmath>
#include <cstdint>

#include "rankwise/kernels/products-types.hpp"

namespace rankwise::kernels::reference {

template <class T>
void take_deviations(const TileView<T>& tile, std::span<const double> centres, Deviations& deviations) {
  deviations.rows = tile.rows;
  deviations.columns = centres.size();
  deviations.lines.assign(deviations.strips() * tile.rows, {});
  if (tile.rows == 0) return;
  for (std::size_t c = 0; c < centres.size(); ++c) {
    double* strip = deviations.strip(c / strip_columns);
    for (std::size_t r = 0; r < tile.rows; ++r) {
      const auto value = static_cast<double>(tile.values[r * tile.row_stride + c * tile.column_stride]);
      strip[r * strip_columns + c % strip_columns] = value - centres[c];
    }
  }
}

RANKWISE_INSTANTIATE_DEVIATIONS()

void add_products(const DeviationsView& left, const DeviationsView& right, Wanted wanted, std::span<double> sums) {
  if (left.rows == 0) return;
  const std::size_t width = whole_strips(right.columns);
  for (std::size_t i = 0; i < left.columns; ++i) {
    for (std::size_t j = wanted == Wanted::upper ? i : 0; j < right.columns; ++j) {
      const double* a = left.strip(i / strip_columns) + i % strip_columns;
      const double* b = right.strip(j / strip_columns) + j % strip_columns;
      double sum = 0;
      for (std::size_t r = 0; r < left.rows; ++r) sum = std::fma(a[r * strip_columns], b[r * strip_columns], sum);
      sums[i * width + j] += sum;
    }
  }
}

}  // namespace rankwise::kernels::reference
