#include "rankwise/matrices/tile_program.hpp"

#include <algorithm>
#include <utility>

#include "rankwise/base/checked.hpp"

namespace rankwise::matrices {
namespace {

using expressions::Leaf;
using expressions::LeafView;
using expressions::Rectangle;
using storage::ChunkShape;
using storage::Contiguous;
using storage::Region;

constexpr std::uint64_t tile_elements = std::uint64_t{1} << 19;

/// The elements of a leaf, as a matrix, that a rectangle takes.
Region taken(const Leaf& leaf, const Rectangle& rectangle) {
  Region region{{rectangle.first_row, rectangle.first_row + rectangle.rows},
                {rectangle.first_column, rectangle.first_column + rectangle.columns}};
  if (leaf.swapped) std::swap(region.rows, region.columns);
  if (leaf.one_row) region.rows = {0, 1};
  if (leaf.one_column) region.columns = {0, 1};
  return region;
}

/// A leaf's rows are its file's columns: a vector is a row of an expression, and a column of its file.
bool is_turned(const storage::MatrixInfo& info) {
  return info.is_vector;
}

Region in_its_file(Region region, const storage::MatrixInfo& info) {
  if (is_turned(info)) std::swap(region.rows, region.columns);
  return region;
}

/// How a matrix lies in its file, as the program's result sees it.
struct Seen {
  bool rows_together = true;
  ChunkShape chunk = {};
};

Seen seen(const Leaf& leaf, const storage::MatrixInfo& info) {
  const bool swapped = leaf.swapped != is_turned(info);
  Seen seen{.rows_together = (info.contiguous == Contiguous::rows) != swapped,
            .chunk = info.chunk.value_or(ChunkShape{})};
  if (swapped) std::swap(seen.chunk.rows, seen.chunk.columns);
  return seen;
}

std::uint64_t round_up(std::uint64_t value, std::uint64_t step) {
  return divide_up(value, step) * step;
}

}  // namespace

TileProgram::Scratch::Scratch(const TileProgram& of)
    : evaluator(of.program_, of.seed_), tiles(of.program_.leaves.size()), views(of.program_.leaves.size()) {}

LeafView TileProgram::read(const Leaf& leaf, const Rectangle& rectangle, storage::Tile& tile) const {
  const Region region = taken(leaf, rectangle);
  if (leaf.kind == Leaf::Kind::reduced) {
    const auto& values = leaves_.reduced.at({leaf.index, leaf.reduction});
    return view_of(leaf, values.data() + (leaf.one_row ? region.columns.begin : region.rows.begin), 1, 1);
  }
  if (leaf.kind != Leaf::Kind::operand) return {};
  const engine::SharedMatrix& matrix = matrix_of(leaf);
  matrix.reader().read(in_its_file(region, matrix.info()), tile);
  tile.widen();
  if (is_turned(matrix.info())) tile.transpose();
  return view_of(leaf, tile.data<double>(), tile.row_stride(), tile.column_stride());
}

void TileProgram::run(const Rectangle& rectangle, Scratch& scratch, double* result) const {
  for (std::size_t i = 0; i < program_.leaves.size(); ++i) {
    scratch.views[i] = read(program_.leaves[i], rectangle, scratch.tiles[i]);
  }
  scratch.evaluator.run(rectangle, scratch.views, result, rectangle.columns);
}

void TileProgram::announce(const Rectangle& rectangle) const {
  for (const Leaf& leaf : program_.leaves) {
    if (leaf.kind != Leaf::Kind::operand) continue;
    const engine::SharedMatrix& matrix = matrix_of(leaf);
    matrix.reader().announce(in_its_file(taken(leaf, rectangle), matrix.info()));
  }
}

ChunkShape TileProgram::tile() const {
  const std::uint64_t rows = std::max<std::uint64_t>(1, program_.shape.rows());
  const std::uint64_t columns = std::max<std::uint64_t>(1, program_.shape.columns());
  bool any_along = false, any_across = false;
  ChunkShape chunk;
  for (const Leaf& leaf : program_.leaves) {
    if (leaf.kind != Leaf::Kind::operand || (leaf.one_row && leaf.one_column)) continue;
    const Seen matrix = seen(leaf, matrix_of(leaf).info());
    const bool whole = !leaf.one_row && !leaf.one_column;  // what is repeated is small
    (matrix.rows_together ? any_along : any_across) |= whole;
    if (!(leaf.swapped ? leaf.one_column : leaf.one_row)) chunk.rows = std::max(chunk.rows, matrix.chunk.rows);
    if (!(leaf.swapped ? leaf.one_row : leaf.one_column)) chunk.columns = std::max(chunk.columns, matrix.chunk.columns);
  }
  ChunkShape tile;
  if (any_across && any_along) {
    tile = {.rows = 512, .columns = tile_elements / 512};
  } else if (any_across) {
    tile.rows = std::min(rows, tile_elements);
    tile.columns = tile_elements / tile.rows;
  } else {
    tile.columns = std::min(columns, tile_elements);
    tile.rows = tile_elements / tile.columns;
  }
  if (chunk != ChunkShape{}) {
    constexpr std::uint64_t most = 8 * tile_elements, longest = 2048;
    tile.rows = round_up(tile.rows, chunk.rows);
    tile.columns =
        std::max(chunk.columns, 2 * tile_elements / std::min(tile.rows, tile_elements) / chunk.columns * chunk.columns);
    if (tile.rows > most / std::min(tile.columns, most)) {  // chunks of which some are long and others wide
      tile = {.rows = std::min(tile.rows, longest), .columns = std::min(tile.columns, longest)};
    }
  }
  return {.rows = std::min(tile.rows, rows), .columns = std::min(tile.columns, columns)};
}

Bytes TileProgram::bytes_needed(const ChunkShape& rectangle) const {
  std::uint64_t bytes = expressions::Evaluator::bytes_needed(program_);
  for (const Leaf& leaf : program_.leaves) {
    if (leaf.kind != Leaf::Kind::operand) continue;
    const engine::SharedMatrix& matrix = matrix_of(leaf);
    const std::uint64_t elements = taken(leaf, {.rows = rectangle.rows, .columns = rectangle.columns}).elements();
    const bool is_float64 = matrix.info().types.size() == 1 && matrix.info().types[0] == storage::ElementType::float64;
    if (!matrix.reader().shows_in_place()) {
      bytes = checked_sum(bytes, storage::room_to_read(matrix.info(), elements).value, "a tile");
    }
    if (!is_float64) bytes = checked_sum(bytes, checked_product(elements, 2 * sizeof(double), "a tile"), "a tile");
  }
  return {bytes};
}

const Leaf* TileProgram::bare_matrix() const {
  const bool bare = program_.steps.empty() && program_.leaves.size() == 1 && program_.result == 0 &&
                    program_.leaves[0].kind == Leaf::Kind::operand;
  return bare ? &program_.leaves[0] : nullptr;
}

void TileProgram::read_bare(const Rectangle& rectangle, storage::Tile& tile) const {
  const Leaf& leaf = program_.leaves[0];
  const storage::MatrixInfo& info = matrix_of(leaf).info();
  matrix_of(leaf).reader().read(in_its_file(taken(leaf, rectangle), info), tile);
  if (leaf.swapped != is_turned(info)) tile.transpose();
}

}  // namespace rankwise::matrices
