#include "rankwise/statistics/whole_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <limits>

#include "rankwise/engine/run.hpp"
#include "rankwise/kernels/between.hpp"
#include "rankwise/kernels/moments.hpp"
#include "rankwise/statistics/linear_quantile.hpp"
#include "rankwise/statistics/pass.hpp"
#include "rankwise/statistics/selection.hpp"

namespace rankwise::statistics {
namespace {

/// What one thread works with for columns of one type.
template <class T>
struct Bench {
  TileColumns<T> columns;
  Selection<T> selection;
};

/// @return whether the values stayed what they were
template <class T>
bool find_quantiles(std::span<const T> values, Distribution& column, const std::vector<double>& quantiles,
                    Selection<T>& selection) {
  column.quantiles.assign(quantiles.size(), std::numeric_limits<double>::quiet_NaN());
  if (column.count == 0) return true;
  const auto ranks = ranks_of(quantiles, column.count);
  const std::span<const T> found = selection.find(values, column.nan, ranks);
  if (found.size() < ranks.size()) return false;
  const auto value_at = [&](std::uint64_t rank) {
    return found[static_cast<std::size_t>(std::lower_bound(ranks.begin(), ranks.end(), rank) - ranks.begin())];
  };
  for (std::size_t q = 0; q < quantiles.size(); ++q) {
    const QuantilePosition at = linear_position(quantiles[q], column.count);
    column.quantiles[q] = interpolate(value_at(at.lower), value_at(at.upper), at.weight);
  }
  return true;
}

/// @return whether the values stayed what they were
template <class T>
bool count_in_bins(std::span<const T> values, Distribution& column, std::uint64_t bins) {
  Histogram& histogram = column.histogram;
  if (column.count == 0) {
    histogram.counts.assign(bins, 0);
    return true;
  }
  const auto moments = kernels::moments_of_run(values.data(), values.size());
  histogram.min = static_cast<double>(moments.min);
  histogram.max = static_cast<double>(moments.max);
  const EqualBins equal(histogram.min, histogram.max, bins);
  if (!equal.valid()) return true;
  histogram.counts.assign(bins, 0);
  return equal.count(values, std::span(histogram.counts));
}

/// A lane is a few columns with all their rows; there is one step, and nothing to merge.
class WholeColumnsJob : public Pass {
 public:
  using Partial = std::vector<Distribution>;
  struct Scratch {
    storage::Tile tile;
    PerType<Bench> benches;
  };

  WholeColumnsJob(const engine::SharedMatrix& matrix, const MatrixCut& cut, const DistributionOptions& options)
      : Pass(matrix, cut), lane_columns_(cut.lane_columns), options_(options) {}

  [[nodiscard]] engine::Identity identity() const {
    return identity_of("distributions of whole columns",
                       fmt::format("{} {}", fmt::join(options_.quantiles, ","), options_.bins));
  }
  [[nodiscard]] Bytes partial_bytes() const {
    return {lane_columns_ * (sizeof(Distribution) + (options_.quantiles.size() + options_.bins) * 8)};
  }
  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    const storage::Tile& tile = scratch.tile;
    read(block, scratch.tile);
    return storage::with_type(tile.type(),
                              [&]<class T>(T) { return describe(tile, std::get<Bench<T>>(scratch.benches)); });
  }
  void merge(Partial&, const Partial&) const { assert(false && "a lane has one step"); }
  static void encode(const Partial& columns, ByteWriter& out) {
    out.put(std::uint64_t{columns.size()});
    for (const Distribution& column : columns) {
      out.put(column.count);
      out.put(column.nan);
      out.put_vector(column.quantiles);
      out.put(column.histogram.min);
      out.put(column.histogram.max);
      out.put_vector(column.histogram.counts);
    }
  }
  static Partial decode(ByteReader& in) {
    Partial columns;
    for (auto left = in.get<std::uint64_t>(); left > 0; --left) {
      Distribution& column = columns.emplace_back();
      column.count = in.get<std::uint64_t>();
      column.nan = in.get<std::uint64_t>();
      column.quantiles = in.get_vector<double>();
      column.histogram.min = in.get<double>();
      column.histogram.max = in.get<double>();
      column.histogram.counts = in.get_vector<std::uint64_t>();
    }
    return columns;
  }
  [[nodiscard]] bool fits(const Partial& columns, std::uint64_t lane) const {
    const auto fit = [&](const Distribution& column) {
      const auto& counts = column.histogram.counts;
      return column.quantiles.size() == options_.quantiles.size() && (counts.empty() || counts.size() == options_.bins);
    };
    return columns.size() == columns_of(lane).size() && std::all_of(columns.begin(), columns.end(), fit);
  }

 private:
  template <class T>
  Partial describe(const storage::Tile& tile, Bench<T>& bench) const {
    Partial columns(tile.columns());
    bench.columns.each(tile, [&](std::uint64_t c, std::span<const T> values) {
      Distribution& column = columns[c];
      column.nan = kernels::count_nan(values.data(), values.size());
      column.count = values.size() - column.nan;
      const bool stayed = find_quantiles(values, column, options_.quantiles, bench.selection) &&
                          (options_.bins == 0 || count_in_bins(values, column, options_.bins));
      if (!stayed) throw changed_meanwhile(info());
    });
    return columns;
  }

  std::uint64_t lane_columns_;
  const DistributionOptions& options_;
};

}  // namespace

std::optional<MatrixCut> cut_whole_columns(const storage::MatrixInfo& info, const DistributionLimits& limits) {
  constexpr std::uint64_t shortest_run_bytes = 4096;  // a page: less of it would be read again and again
  constexpr std::uint64_t most_lane_columns = 1024;
  const std::uint64_t size = storage::size_of(info.types.empty() ? storage::ElementType::float64 : info.types[0]);
  const std::uint64_t rows = std::max<std::uint64_t>(1, info.rows);
  const std::uint64_t columns = std::max<std::uint64_t>(1, info.columns);
  const bool by_columns = info.contiguous == storage::Contiguous::columns;
  std::uint64_t group = info.chunk   ? std::max<std::uint64_t>(1, info.chunk->columns)
                        : by_columns ? 1
                                     : shortest_run_bytes / size;
  group = std::min(group, columns);
  const std::uint64_t most = limits.largest_block.value;
  if (group > most || rows > most || bytes_at_hand(info, group, rows).value > most) return std::nullopt;

  MatrixCut cut{.rows = info.rows, .columns = info.columns, .lane_columns = group, .step_rows = rows};
  const std::uint64_t usual = std::min(limits.usual_block.value / size / rows, most_lane_columns);
  if (usual > group) cut.lane_columns = std::min(columns, usual / group * group);
  if (info.types.size() > 1) cut.lane_columns = 1;  // columns of several types
  return cut;
}

std::vector<Distribution> distributions_of_whole_columns(const engine::Context& context,
                                                         const engine::SharedMatrix& matrix, const MatrixCut& cut,
                                                         const DistributionOptions& options) {
  std::vector<Distribution> all;
  const auto append = [&](std::uint64_t, WholeColumnsJob::Partial lane) {
    all.insert(all.end(), std::make_move_iterator(lane.begin()), std::make_move_iterator(lane.end()));
  };
  engine::run(context, WholeColumnsJob(matrix, cut, options), append,
              {.phase = "distributions", .delivery = matrix.delivery()});
  return all;
}

engine::PhasePlan plan_whole_columns(const engine::Context& context, const engine::SharedMatrix& matrix,
                                     const MatrixCut& cut, const DistributionOptions& options) {
  return engine::plan(context.options(), WholeColumnsJob(matrix, cut, options), "distributions");
}

}  // namespace rankwise::statistics
