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
    constexpr std::uint64_t page = 512;  // elements
    if (!shape.chunk && inner_step_ < inner_) together_ = divide_up(page, outer_step_);
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

storage::Region Pieces::region(std::uint64_t piece) const {
  const std::uint64_t a_line = divide_up(inner_, inner_step_), lines = divide_up(outer_, outer_step_);
  const std::uint64_t first_line = piece / (a_line * together_) * together_;
  const std::uint64_t here = std::min(together_, lines - first_line), rest = piece - first_line * a_line;
  const blocks::Range outer = blocks::piece(outer_, outer_step_, first_line + rest % here);
  const blocks::Range inner = blocks::piece(inner_, inner_step_, rest / here);
  if (by_rows_) return {.rows = outer, .columns = inner};
  return {.rows = inner, .columns = outer};
}

storage::ChunkShape Pieces::largest() const {
  if (by_rows_) return {.rows = outer_step_, .columns = inner_step_};
  return {.rows = inner_step_, .columns = outer_step_};
}

}  // namespace rankwise::matrices
