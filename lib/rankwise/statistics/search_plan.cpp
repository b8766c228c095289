#include "rankwise/statistics/search_plan.hpp"

#include <algorithm>

#include "rankwise/base/digest.hpp"

namespace rankwise::statistics {
namespace {

/// Columns that are read together in any case: those of a chunk, or half a kilobyte of a row and more.
std::uint64_t fewest_lane_columns(const storage::MatrixInfo& info) {
  constexpr std::uint64_t row_piece = 64;
  const bool by_columns = info.contiguous == storage::Contiguous::columns;
  const std::uint64_t fewest = info.chunk ? info.chunk->columns : by_columns ? 1 : row_piece;
  return std::clamp<std::uint64_t>(fewest, 1, std::max<std::uint64_t>(1, info.columns));
}

/// The most values that a lane of the cut has in its intervals.
std::uint64_t most_values(const MatrixCut& cut, const Intervals& intervals) {
  std::uint64_t most = 0;
  for (std::uint64_t begin = 0; begin < cut.columns; begin += cut.lane_columns) {
    std::uint64_t values = 0;
    for (std::uint64_t c = begin; c < std::min(cut.columns, begin + cut.lane_columns); ++c) {
      for (const Interval& interval : intervals.of(c)) values += interval.inside;
    }
    most = std::max(most, values);
  }
  return most;
}

}  // namespace

std::uint64_t lane_columns_within(Bytes limit, std::uint64_t column_bytes, const storage::MatrixInfo& info) {
  return std::max(fewest_lane_columns(info), limit.value / std::max<std::uint64_t>(1, column_bytes));
}

SearchPlan plan_search(const storage::MatrixInfo& info, const Intervals& intervals, const DistributionLimits& limits) {
  SearchPlan plan;
  plan.intervals = intervals.unknown();
  const std::uint64_t values = plan.intervals.unknown_values();
  if (values == 0) return plan;
  constexpr std::uint64_t key_bytes = sizeof(std::uint64_t);
  plan.few = values < info.rows * info.columns / 4;
  if (values <= std::max(limits.collected.value / key_bytes, 8 * info.columns)) {
    plan.step = SearchPlan::Step::collect;
    plan.most_lane_columns = 8192;
    plan.most_lane_values = most_values(cut_matrix(info, plan.most_lane_columns), plan.intervals);
    return plan;
  }
  plan.step = SearchPlan::Step::bin;
  const std::uint64_t bin_bytes = key_bytes * plan.intervals.most_unknown();
  const std::uint64_t in_lane = limits.lane_counts.value / bin_bytes / fewest_lane_columns(info);
  const std::uint64_t in_all = limits.all_counts.value / bin_bytes / info.columns;
  plan.bins = std::max(limits.fewest_bins, std::min(in_lane, in_all));
  plan.most_lane_columns = lane_columns_within(limits.lane_counts, bin_bytes * plan.bins, info);
  return plan;
}

std::string SearchPlan::digest() const {
  Digest digest;
  digest.add(bins);
  for (const std::uint64_t first : intervals.first) digest.add(first);
  for (const Interval& interval : intervals.all) {
    digest.add(interval.low);
    digest.add(interval.high);
  }
  return digest.hex();
}

SearchPlan broadcast(const ranks::Communicator& ranks, const SearchPlan& plan) {
  ByteWriter out;
  if (ranks.is_root()) {
    out.put(plan.step);
    out.put(plan.bins);
    out.put(plan.most_lane_columns);
    out.put(plan.most_lane_values);
    out.put(plan.few);
    out.put_vector(plan.intervals.first);
    out.put_vector(plan.intervals.all);
  }
  const auto bytes = ranks::broadcast(ranks, out.take());
  ByteReader in(bytes);
  SearchPlan copy;
  copy.step = in.get<SearchPlan::Step>();
  copy.bins = in.get<std::uint64_t>();
  copy.most_lane_columns = in.get<std::uint64_t>();
  copy.most_lane_values = in.get<std::uint64_t>();
  copy.few = in.get<bool>();
  copy.intervals.first = in.get_vector<std::uint64_t>();
  copy.intervals.all = in.get_vector<Interval>();
  return copy;
}

}  // namespace rankwise::statistics
