#include "rankwise/statistics/column_moments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "rankwise/base/checked.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/kernels/moments_of_any.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/statistics/cut.hpp"
#include "rankwise/statistics/room.hpp"

namespace rankwise::statistics {
namespace {

using kernels::FloatMoments;
using kernels::IntegerMoments;

/// In steps of `step_rows`, merged as nodes of the tree are.
template <class T>
std::vector<kernels::MomentsOf<T>> moments_of_tile(const storage::Tile& tile, std::uint64_t step_rows) {
  std::vector<kernels::MomentsOf<T>> moments(tile.columns());
  const T* values = tile.data<T>();
  if (tile.contiguous() == storage::Contiguous::rows) {
    kernels::moments_of_columns<T>(values, tile.rows(), tile.row_stride(), step_rows, moments);
  } else {
    for (std::uint64_t c = 0; c < tile.columns(); ++c) {
      moments[c] = kernels::moments_of_run(values + c * tile.column_stride(), tile.rows());
    }
  }
  return moments;
}

/// A lane is a run of columns, a step a run of rows; the partial result has the moments of each column of the lane. A
/// block is several steps where that pays: a node of the tree that is merged as the tree says.
class MomentsJob {
 public:
  using Partial = kernels::MomentsOfAny;
  struct Scratch {
    storage::Tile tile;
  };

  explicit MomentsJob(const engine::SharedMatrix& matrix)
      : matrix_(matrix), cut_(with_even_lanes(cut_matrix(matrix.info()), matrix.info())), step_rows_(cut_.step_rows) {
    cut_.step_rows *= steps_at_once(cut_, matrix.info());
  }

  [[nodiscard]] engine::Identity identity() const {
    const auto& info = matrix_.info();
    return {.method = "moments",
            .version = 2,
            .input = info.fingerprint(),
            .seed = 0,
            .options = fmt::format("{} × {} in {}", cut_.step_rows, cut_.lane_columns, step_rows_)};
  }
  [[nodiscard]] blocks::Grid grid() const { return cut_.grid(); }
  [[nodiscard]] Bytes partial_bytes() const { return {cut_.lane_columns * sizeof(IntegerMoments)}; }
  [[nodiscard]] Bytes block_bytes() const {
    // Left children that wait for their siblings, one a level.
    const auto nodes = static_cast<std::uint64_t>(std::bit_width(cut_.step_rows / step_rows_) - 1);
    const Bytes to_read = storage::room_to_read(matrix_.info(), step_rows_ * cut_.lane_columns);
    return {checked_sum(to_read.value, nodes * partial_bytes().value, "a block of the input")};
  }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const { return run(cut_.region_of(block), scratch); }
  void announce(blocks::Block block) const { matrix_.reader().announce(cut_.region_of(block)); }
  void merge(Partial& left, const Partial& right) const { left.merge(right); }
  static void encode(const Partial& partial, ByteWriter& out) { partial.encode(out); }
  static Partial decode(ByteReader& in) { return Partial::decode(in); }
  [[nodiscard]] bool fits(const Partial& partial, std::uint64_t lane) const {
    const blocks::Range columns = cut_.region_of({lane, 0}).columns;
    const bool floating = storage::is_floating(matrix_.info().type_of(columns.begin));  // as all columns of a lane
    return floating != partial.of_integers() && partial.size() == columns.size();
  }

 private:
  /// Step by step where what is read takes room.
  [[nodiscard]] Partial run(const storage::Region& region, Scratch& scratch) const {
    const std::uint64_t left_rows = kernels::rows_of_left_child(region.rows.size(), step_rows_);
    if (left_rows < region.rows.size() && !matrix_.reader().shows_in_place()) {
      const std::uint64_t border = region.rows.begin + left_rows;
      Partial left = run(storage::Region{{region.rows.begin, border}, region.columns}, scratch);
      merge(left, run(storage::Region{{border, region.rows.end}, region.columns}, scratch));
      return left;
    }
    matrix_.reader().read(region, scratch.tile);
    return storage::with_type(scratch.tile.type(), [&](auto zero) -> Partial {
      return moments_of_tile<decltype(zero)>(scratch.tile, step_rows_);
    });
  }

  const engine::SharedMatrix& matrix_;
  MatrixCut cut_;
  std::uint64_t step_rows_;
};

}  // namespace

std::vector<ColumnMoments> column_moments(const engine::Context& context, const engine::SharedMatrix& matrix) {
  constexpr std::uint64_t bytes_per_column = 640;  // measured: the program's peak, by columns without elements
  ranks::agree(context.ranks(), [&] {
    if (context.ranks().is_root()) check_room_for_results(matrix.info(), {bytes_per_column});
  });
  std::vector<ColumnMoments> all;
  const auto append = [&](std::uint64_t, const MomentsJob::Partial& lane) {
    lane.visit([&](const auto& moments) { all.insert(all.end(), moments.begin(), moments.end()); });
  };
  engine::run(context, MomentsJob(matrix), append, {.phase = "moments", .delivery = matrix.delivery()});
  return all;
}

engine::PhasePlan plan_moments(const engine::Context& context, const engine::SharedMatrix& matrix) {
  return engine::plan(context.options(), MomentsJob(matrix), "moments");
}

}  // namespace rankwise::statistics
