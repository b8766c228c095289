#include "rankwise/statistics/pair_cut.hpp"

#include <algorithm>

#include "rankwise/base/checked.hpp"

namespace rankwise::statistics {

std::uint64_t PairCut::panels() const {
  return divide_up(columns, panel_columns);
}

blocks::Grid PairCut::grid() const {
  const std::uint64_t n = panels();
  // Even a matrix without rows has a result: one empty block in each lane.
  return {.lanes = checked_product(n, n + 1, "the number of pairs") / 2,
          .steps = std::max<std::uint64_t>(1, divide_up(rows, step_rows))};
}

PairCut::Panels PairCut::panels_of(std::uint64_t lane) const {
  std::uint64_t left = 0, of_row = panels();
  for (; lane >= of_row; ++left, --of_row) lane -= of_row;
  return {.left = blocks::piece(columns, panel_columns, left),
          .right = blocks::piece(columns, panel_columns, left + lane)};
}

blocks::Range PairCut::rows_of(std::uint64_t step) const {
  return blocks::piece(rows, step_rows, step);
}

double times_read(const storage::MatrixInfo& info, const PairCut& cut) {
  if (info.columns == 0) return 0;
  const std::uint64_t chunk = info.chunk ? std::max<std::uint64_t>(1, info.chunk->columns) : 1;
  double columns_read = 0;
  for (std::uint64_t i = 0; i < cut.panels(); ++i) {
    const blocks::Range panel = blocks::piece(cut.columns, cut.panel_columns, i);
    const std::uint64_t end = std::min(divide_up(panel.end, chunk) * chunk, cut.columns);
    columns_read += static_cast<double>(end - panel.begin / chunk * chunk);
  }
  // A panel is in as many lanes as there are panels.
  return columns_read * static_cast<double>(cut.panels()) / static_cast<double>(cut.columns);
}

PairCut cut_pairs(const storage::MatrixInfo& info, const PairCutOptions& options) {
  PairCut cut{.rows = info.rows, .columns = info.columns};
  if (info.columns == 0 || info.rows == 0) {
    cut.panel_columns = options.most_panel_columns;
    return cut;
  }
  const std::uint64_t panels = divide_up(info.columns, options.most_panel_columns);
  cut.panel_columns = divide_up(info.columns, panels);
  std::uint64_t size = 0;
  for (const auto type : info.types) size = std::max<std::uint64_t>(size, storage::size_of(type));
  const std::uint64_t row_bytes = std::min<std::uint64_t>(panels, 2) * cut.panel_columns * size;
  const std::uint64_t fitting = std::max<std::uint64_t>(1, options.block_bytes / row_bytes);
  const std::uint64_t chunk_rows = std::max<std::uint64_t>(1, info.chunk.value_or(storage::ChunkShape{}).rows);
  cut.step_rows = std::min(info.rows, std::max(chunk_rows, fitting / chunk_rows * chunk_rows));
  return cut;
}

}  // namespace rankwise::statistics
