#include "rankwise/statistics/products_job.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "rankwise/base/checked.hpp"

namespace rankwise::statistics {
namespace {

std::span<const double> part_of(std::span<const double> centres, blocks::Range columns) {
  return centres.subspan(columns.begin, columns.size());
}

/// The deviations of a tile's rows.
void take(const storage::Tile& tile, blocks::Range rows, std::span<const double> centres,
          kernels::Deviations& deviations) {
  storage::with_type(tile.type(), [&](auto zero) {
    using T = decltype(zero);
    const kernels::TileView<T> view{.values = tile.data<T>() + rows.begin * tile.row_stride(),
                                    .rows = rows.size(),
                                    .row_stride = tile.row_stride(),
                                    .column_stride = tile.column_stride()};
    kernels::take_deviations(view, centres, deviations);
  });
}

}  // namespace

engine::Identity ProductsJob::identity() const {
  const auto& info = matrix_.info();
  return {.method = "products",
          .version = 1,
          .input = info.fingerprint(),
          .seed = 0,
          .options = fmt::format("{} × {} {} {}", cut_.step_rows, cut_.panel_columns, lanes_.begin, lanes_.end)};
}

Bytes ProductsJob::partial_bytes() const {
  const std::uint64_t width = kernels::whole_strips(std::min(cut_.panel_columns, cut_.columns));
  return {sizeof(std::uint64_t) + checked_product(width, width * sizeof(double), "the sums of two panels")};
}

Bytes ProductsJob::block_bytes() const {
  std::uint64_t widest = 0;
  for (const auto type : matrix_.info().types) widest = std::max<std::uint64_t>(widest, storage::size_of(type));
  if (matrix_.info().types.size() > 1) widest = sizeof(double);
  const std::uint64_t width = kernels::whole_strips(std::min(cut_.panel_columns, cut_.columns));
  const std::uint64_t deviations = width * kernels::product_piece_rows * sizeof(double);
  const std::uint64_t tile = checked_product(width * widest, cut_.step_rows, "a block of the input");
  return {std::min<std::uint64_t>(cut_.panels(), 2) * (tile + deviations)};
}

void ProductsJob::announce(blocks::Block block) const {
  const auto [left, right] = cut_.panels_of(lanes_.begin + block.lane);
  const blocks::Range rows = cut_.rows_of(block.step);
  matrix_.reader().announce({rows, left});
  if (left != right) matrix_.reader().announce({rows, right});
}

std::size_t ProductsJob::sums_of(std::uint64_t lane) const {
  const auto [left, right] = cut_.panels_of(lanes_.begin + lane);
  return kernels::whole_strips(left.size()) * kernels::whole_strips(right.size());
}

ProductsJob::Partial ProductsJob::run(blocks::Block block, Scratch& scratch) const {
  const auto [left, right] = cut_.panels_of(lanes_.begin + block.lane);
  const blocks::Range rows = cut_.rows_of(block.step);
  const bool same = left == right;
  Partial sums(sums_of(block.lane));
  matrix_.reader().read({rows, left}, scratch.left_tile);
  if (!same) matrix_.reader().read({rows, right}, scratch.right_tile);
  const std::uint64_t pieces = divide_up(rows.size(), kernels::product_piece_rows);
  for (std::uint64_t i = 0; i < pieces; ++i) {
    const blocks::Range piece = blocks::piece(rows.size(), kernels::product_piece_rows, i);
    take(scratch.left_tile, piece, part_of(centres_, left), scratch.left);
    if (!same) take(scratch.right_tile, piece, part_of(centres_, right), scratch.right);
    kernels::add_products(scratch.left, same ? scratch.left : scratch.right,
                          same ? kernels::Wanted::upper : kernels::Wanted::all, sums);
  }
  return sums;
}

void ProductsJob::merge(Partial& left, const Partial& right) const {
  for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
}

}  // namespace rankwise::statistics
