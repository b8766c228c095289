#include "rankwise/matrices/tile_shape.hpp"

#include <algorithm>

#include "rankwise/base/checked.hpp"

namespace rankwise::matrices {
namespace {

using storage::ChunkShape;
using storage::Contiguous;

constexpr std::uint64_t tile_elements = std::uint64_t{1} << 19;
constexpr std::uint64_t most_side_by_side = 8192;  // of whom a partial result is half a MiB

/// Tiles of whole chunks, of up to twice as many elements. Large chunks make them larger; but where some are long and
/// others wide, whole ones would be without end: then each is read for several tiles.
ChunkShape on_borders(ChunkShape tile, const ChunkShape& chunk, std::uint64_t largest_chunk) {
  const std::uint64_t most_elements = std::max(8 * tile_elements, largest_chunk);
  constexpr std::uint64_t longest = 2048;
  tile.rows = divide_up(tile.rows, chunk.rows) * chunk.rows;
  const std::uint64_t columns = 2 * tile_elements / std::min(tile.rows, 2 * tile_elements);
  const std::uint64_t chunks = std::min(columns, tile.columns + chunk.columns - 1) / chunk.columns;
  tile.columns = std::max<std::uint64_t>(1, chunks) * chunk.columns;
  const std::uint64_t most_rows = most_elements / std::min(tile.columns, most_elements);
  tile.rows = std::min(tile.rows, std::max<std::uint64_t>(1, most_rows / chunk.rows) * chunk.rows);
  if (tile.rows <= most_rows) return tile;
  return {.rows = std::min(tile.rows, longest), .columns = std::min(tile.columns, longest)};
}

/// So many rows that what lies across gives whole cache lines to each tile.
std::uint64_t whole_lines(std::uint64_t rows) {
  constexpr std::uint64_t line = 8;
  return rows < line ? rows : rows / line * line;
}

}  // namespace

ChunkShape tile_shape(std::uint64_t rows, std::uint64_t columns, std::span<const Lie> matrices, const TileUse& use) {
  const auto written = use.written;
  rows = std::max<std::uint64_t>(1, rows);
  columns = std::max<std::uint64_t>(1, columns);
  bool any_along = written == Contiguous::rows, any_across = written == Contiguous::columns;
  ChunkShape chunk;
  std::uint64_t largest_chunk = 1;
  for (const Lie& matrix : matrices) {
    if (matrix.whole) (matrix.rows_together ? any_along : any_across) = true;
    chunk.rows = std::max(chunk.rows, matrix.chunk.rows);
    chunk.columns = std::max(chunk.columns, matrix.chunk.columns);
    largest_chunk =
        std::max(largest_chunk, std::min(matrix.chunk.rows, rows) * std::min(matrix.chunk.columns, columns));
  }
  ChunkShape tile;
  if (any_across && any_along) {
    // A file takes whole lines best; memory gives whole cache lines about as fast as it gives pages.
    const std::uint64_t least = written ? 16 : 512;
    if (written == Contiguous::columns) {
      tile.rows = std::min(rows, tile_elements / std::min(columns, least));
      tile.columns = std::min(columns, whole_lines(tile_elements / tile.rows));
    } else {
      tile.columns = std::min(columns, tile_elements / std::min(rows, least));
      tile.rows = std::min(rows, whole_lines(tile_elements / tile.columns));
    }
  } else if (any_across) {
    tile.rows = std::min(rows, tile_elements);
    tile.columns = std::min(columns, tile_elements / tile.rows);
  } else {
    tile.columns = std::min(columns, tile_elements);
    tile.rows = std::min(rows, tile_elements / tile.columns);
  }
  if (use.reduced == Contiguous::columns && tile.columns > most_side_by_side) {
    tile.columns = most_side_by_side;
    tile.rows = std::min(rows, tile_elements / tile.columns);
  } else if (use.reduced == Contiguous::rows && tile.rows > most_side_by_side) {
    tile.rows = most_side_by_side;
    tile.columns = std::min(columns, tile_elements / tile.rows);
  }
  if (chunk != ChunkShape{}) tile = on_borders(tile, chunk, largest_chunk);
  if (use.reduced == Contiguous::columns) tile.columns = std::min(tile.columns, 8 * most_side_by_side);
  if (use.reduced == Contiguous::rows) tile.rows = std::min(tile.rows, 8 * most_side_by_side);
  return {.rows = std::min(tile.rows, rows), .columns = std::min(tile.columns, columns)};
}

}  // namespace rankwise::matrices
