#include "rankwise/statistics/cut.hpp"

#include <algorithm>

#include "rankwise/base/checked.hpp"

namespace rankwise::statistics {
namespace {

constexpr std::uint64_t block_bytes = std::uint64_t{4} << 20;

std::uint64_t at_least_one(std::uint64_t n) {
  return std::max<std::uint64_t>(1, n);
}

/// n, rounded to whole chunks: down where there is more than one, else up to one; never beyond the end.
std::uint64_t on_chunk_borders(std::uint64_t n, std::uint64_t chunk, std::uint64_t end) {
  return at_least_one(std::min(end, std::max(chunk, n / chunk * chunk)));
}

bool whole_rows_lie_together(const storage::MatrixInfo& info) {
  return info.contiguous == storage::Contiguous::rows && !info.chunk && info.types.size() <= 1;
}

}  // namespace

blocks::Grid MatrixCut::grid() const {
  // A matrix without rows has one empty block in each lane: its columns have statistics, too.
  return {.lanes = divide_up(columns, lane_columns), .steps = at_least_one(divide_up(rows, step_rows))};
}

storage::Region MatrixCut::region_of(blocks::Block block) const {
  return {.rows = blocks::piece(rows, step_rows, block.step),
          .columns = blocks::piece(columns, lane_columns, block.lane)};
}

std::uint64_t reads_of_a_chunk(const storage::MatrixInfo& info, const MatrixCut& cut) {
  const std::uint64_t width = std::min(info.chunk.value_or(storage::ChunkShape{}).columns, info.columns);
  return at_least_one(divide_up(width, cut.lane_columns));
}

MatrixCut cut_matrix(const storage::MatrixInfo& info, std::uint64_t most_lane_columns) {
  MatrixCut cut{.rows = info.rows, .columns = info.columns};
  const std::uint64_t rows = at_least_one(info.rows), columns = at_least_one(info.columns);
  const std::uint64_t size = storage::size_of(info.types.empty() ? storage::ElementType::float64 : info.types[0]);
  const std::uint64_t room = block_bytes / size;  // in elements
  const storage::ChunkShape chunk = info.chunk.value_or(storage::ChunkShape{});
  // A chunk is read whole; lanes narrower than chunks would read it again for each lane, up to a point.
  const std::uint64_t chunk_columns = std::min(at_least_one(chunk.columns), 8 * most_lane_columns);
  const std::uint64_t chunk_rows = at_least_one(chunk.rows);
  // First the dimension along which a lane is short, then as much of the other as is left of the room.
  const bool by_columns = info.contiguous == storage::Contiguous::columns;
  const std::uint64_t narrowest = by_columns ? std::min(columns, chunk_columns) : std::min(columns, most_lane_columns);
  const std::uint64_t fitting = at_least_one(room / narrowest);
  cut.step_rows = on_chunk_borders(std::min(rows, fitting), chunk_rows, rows);
  const std::uint64_t lanes = std::clamp<std::uint64_t>(room / cut.step_rows, 1, most_lane_columns);
  cut.lane_columns = on_chunk_borders(lanes, chunk_columns, columns);
  if (info.types.size() > 1) cut.lane_columns = 1;  // columns of several types
  return cut;
}

MatrixCut with_even_lanes(MatrixCut cut, const storage::MatrixInfo& info) {
  if (whole_rows_lie_together(info) && cut.lane_columns < cut.columns) {
    cut.lane_columns = divide_up(cut.columns, divide_up(cut.columns, 2 * cut.lane_columns));
  }
  return cut;
}

std::uint64_t steps_at_once(const MatrixCut& cut, const storage::MatrixInfo& info) {
  constexpr std::uint64_t enough_rows = 512, enough_blocks = 64;
  std::uint64_t steps = 1;
  if (!whole_rows_lie_together(info)) return steps;
  while (2 * steps * cut.step_rows <= enough_rows && divide_up(cut.grid().count(), 2 * steps) >= enough_blocks)
    steps *= 2;
  return steps;
}

}  // namespace rankwise::statistics
