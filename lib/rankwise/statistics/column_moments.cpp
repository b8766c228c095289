#include "rankwise/statistics/column_moments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>

#include "rankwise/engine/run.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/statistics/cut.hpp"
#include "rankwise/statistics/room.hpp"

namespace rankwise::statistics {
namespace {

using kernels::FloatMoments;
using kernels::IntegerMoments;

template <class M>
void encode_moments(const M& moments, ByteWriter& out) {
  out.put(moments.count);
  out.put(moments.nan);
  out.put(moments.sum);
  out.put(moments.centre);
  out.put(moments.offset);
  out.put(moments.m2);
  out.put(moments.min);
  out.put(moments.max);
}

template <class M>
M decode_moments(ByteReader& in) {
  M moments;
  moments.count = in.get<std::uint64_t>();
  moments.nan = in.get<std::uint64_t>();
  moments.sum = in.get<decltype(moments.sum)>();
  moments.centre = in.get<double>();
  moments.offset = in.get<double>();
  moments.m2 = in.get<double>();
  moments.min = in.get<decltype(moments.min)>();
  moments.max = in.get<decltype(moments.max)>();
  return moments;
}

template <class T>
std::vector<kernels::MomentsOf<T>> moments_of_tile(const storage::Tile& tile) {
  std::vector<kernels::MomentsOf<T>> moments(tile.columns());
  const T* values = tile.data<T>();
  if (tile.contiguous() == storage::Contiguous::rows) {
    kernels::moments_of_columns<T>(values, tile.rows(), tile.row_stride(), moments);
  } else {
    for (std::uint64_t c = 0; c < tile.columns(); ++c) {
      moments[c] = kernels::moments_of_run(values + c * tile.column_stride(), tile.rows());
    }
  }
  return moments;
}

/// A lane is a run of columns, a step a run of rows; the partial result has the moments of each column of the lane.
class MomentsJob {
 public:
  using Partial = std::variant<std::vector<FloatMoments>, std::vector<IntegerMoments>>;
  struct Scratch {
    storage::Tile tile;
  };

  explicit MomentsJob(const engine::SharedMatrix& matrix) : matrix_(matrix), cut_(cut_matrix(matrix.info())) {}

  [[nodiscard]] engine::Identity identity() const {
    const auto& info = matrix_.info();
    return {.method = "moments",
            .version = 2,
            .input = fmt::format("{} {} {} × {}", info.identity, info.dataset, info.rows, info.columns),
            .seed = 0,
            .options = fmt::format("{} × {}", cut_.step_rows, cut_.lane_columns)};
  }
  [[nodiscard]] blocks::Grid grid() const { return cut_.grid(); }
  [[nodiscard]] Bytes partial_bytes() const { return {cut_.lane_columns * sizeof(IntegerMoments)}; }
  [[nodiscard]] Bytes block_bytes() const { return room_to_read(matrix_.info(), cut_.largest_elements()); }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    matrix_.reader().read(cut_.region_of(block), scratch.tile);
    return storage::with_type(scratch.tile.type(),
                              [&](auto zero) -> Partial { return moments_of_tile<decltype(zero)>(scratch.tile); });
  }
  void announce(blocks::Block block) const { matrix_.reader().announce(cut_.region_of(block)); }
  void merge(Partial& left, const Partial& right) const {
    std::visit(
        [&](auto& mine) {
          const auto& other = std::get<std::remove_reference_t<decltype(mine)>>(right);
          for (std::size_t c = 0; c < mine.size(); ++c) kernels::merge(mine[c], other[c]);
        },
        left);
  }
  static void encode(const Partial& partial, ByteWriter& out) {
    out.put(std::uint64_t{partial.index()});
    std::visit(
        [&](const auto& moments) {
          out.put(std::uint64_t{moments.size()});
          for (const auto& each : moments) encode_moments(each, out);
        },
        partial);
  }
  static Partial decode(ByteReader& in) {
    const bool integers = in.get<std::uint64_t>() == 1;
    const auto count = in.get<std::uint64_t>();
    const auto get = [&]<class M>(std::vector<M> moments) -> Partial {
      for (std::uint64_t i = 0; i < count; ++i) moments.push_back(decode_moments<M>(in));
      return moments;
    };
    return integers ? get(std::vector<IntegerMoments>{}) : get(std::vector<FloatMoments>{});
  }

 private:
  const engine::SharedMatrix& matrix_;
  MatrixCut cut_;
};

}  // namespace

std::vector<ColumnMoments> column_moments(const engine::Context& context, const engine::SharedMatrix& matrix) {
  constexpr std::uint64_t bytes_per_column = 640;  // measured: the program's peak, by columns without elements
  ranks::agree(context.ranks(), [&] {
    if (context.ranks().is_root()) check_room_for_results(matrix.info(), {bytes_per_column});
  });
  std::vector<ColumnMoments> all;
  const auto append = [&](std::uint64_t, const MomentsJob::Partial& lane) {
    std::visit([&](const auto& moments) { all.insert(all.end(), moments.begin(), moments.end()); }, lane);
  };
  engine::run(context, MomentsJob(matrix), append, {.phase = "moments", .delivery = matrix.delivery()});
  return all;
}

engine::PhasePlan plan_moments(const engine::Context& context, const engine::SharedMatrix& matrix) {
  return engine::plan(context.options(), MomentsJob(matrix), "moments");
}

}  // namespace rankwise::statistics
