#include "rankwise/matrices/pieces.hpp"

#include <algorithm>

#include "rankwise/base/checked.hpp"

namespace rankwise::matrices {

Pieces::Pieces(const storage::MatrixShape& shape, const std::optional<storage::ChunkShape>& tile)
    : by_rows_(shape.contiguous == storage::Contiguous::rows),
      outer_(by_rows_ ? shape.rows : shape.columns),
      inner_(by_rows_ ? shape.columns : shape.rows) {
  if (const auto& each = shape.chunk ? shape.chunk : tile) {
    outer_step_ = by_rows_ ? each->rows : each->columns;
    inner_step_ = by_rows_ ? each->columns : each->rows;
    return;
  }
  const std::uint64_t room = (std::uint64_t{4} << 20) / storage::size_of(shape.type);
  inner_step_ = std::clamp<std::uint64_t>(inner_, 1, room);
  outer_step_ =
      inner_ > room ? 1 : std::clamp<std::uint64_t>(room / inner_step_, 1, std::max<std::uint64_t>(1, outer_));
}

std::uint64_t Pieces::count() const {
  return checked_product(divide_up(outer_, outer_step_), divide_up(inner_, inner_step_), "the number of pieces");
}

blocks::Range Pieces::outer(std::uint64_t piece) const {
  return blocks::piece(outer_, outer_step_, piece / divide_up(inner_, inner_step_));
}

blocks::Range Pieces::inner(std::uint64_t piece) const {
  return blocks::piece(inner_, inner_step_, piece % divide_up(inner_, inner_step_));
}

storage::Region Pieces::region(std::uint64_t piece) const {
  if (by_rows_) return {.rows = outer(piece), .columns = inner(piece)};
  return {.rows = inner(piece), .columns = outer(piece)};
}

storage::ChunkShape Pieces::largest() const {
  if (by_rows_) return {.rows = outer_step_, .columns = inner_step_};
  return {.rows = inner_step_, .columns = outer_step_};
}

}  // namespace rankwise::matrices
