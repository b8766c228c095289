#include "rankwise/matrices/tile_program.hpp"

#include <utility>

#include "rankwise/base/checked.hpp"
#include "rankwise/matrices/tile_shape.hpp"

namespace rankwise::matrices {
namespace {

using expressions::Leaf;
using expressions::LeafView;
using expressions::Rectangle;
using storage::ChunkShape;
using storage::Contiguous;
using storage::Region;

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

/// How the matrix of a leaf lies, as the program's result sees it.
Lie lie_of(const Leaf& leaf, const storage::MatrixInfo& info) {
  const bool swapped = leaf.swapped != is_turned(info);
  Lie lie{.rows_together = (info.contiguous == Contiguous::rows) != swapped,
          .chunk = info.chunk.value_or(ChunkShape{}),
          .whole = !leaf.one_row && !leaf.one_column};
  if (swapped) std::swap(lie.chunk.rows, lie.chunk.columns);
  // What all take of one row or column is no reason to cut along it.
  if (leaf.swapped ? leaf.one_column : leaf.one_row) lie.chunk.rows = 1;
  if (leaf.swapped ? leaf.one_row : leaf.one_column) lie.chunk.columns = 1;
  return lie;
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

ChunkShape TileProgram::tile(const TileUse& use) const {
  std::vector<Lie> lies;
  for (const Leaf& leaf : program_.leaves) {
    if (leaf.kind == Leaf::Kind::operand) lies.push_back(lie_of(leaf, matrix_of(leaf).info()));
  }
  return tile_shape(program_.shape.rows(), program_.shape.columns(), lies, use);
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
  // Of several types, each tile has another.
  return bare && matrix_of(program_.leaves[0]).info().types.size() == 1 ? &program_.leaves[0] : nullptr;
}

void TileProgram::read_bare(const Rectangle& rectangle, storage::Tile& tile) const {
  const Leaf& leaf = program_.leaves[0];
  const storage::MatrixInfo& info = matrix_of(leaf).info();
  matrix_of(leaf).reader().read(in_its_file(taken(leaf, rectangle), info), tile);
  if (leaf.swapped != is_turned(info)) tile.transpose();
}

}  // namespace rankwise::matrices
