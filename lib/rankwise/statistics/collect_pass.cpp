#include "rankwise/statistics/collect_pass.hpp"

#include <algorithm>
#include <utility>

#include "rankwise/engine/run.hpp"
#include "rankwise/statistics/pass.hpp"

namespace rankwise::statistics {
namespace {

/// The partial result has the keys in each of the lane's intervals.
class CollectJob : public Pass {
 public:
  using Partial = std::vector<std::vector<std::uint64_t>>;
  using Scratch = PassScratch;

  CollectJob(const engine::SharedMatrix& matrix, const MatrixCut& cut, const SearchPlan& plan)
      : Pass(matrix, cut), plan_(plan), lane_columns_(cut.lane_columns), most_(plan.intervals.most_unknown()) {}

  [[nodiscard]] engine::Identity identity() const { return identity_of("values of intervals", plan_.digest()); }
  [[nodiscard]] Bytes partial_bytes() const {
    return {lane_columns_ * most_ * sizeof(Partial::value_type) + plan_.most_lane_values * sizeof(std::uint64_t)};
  }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    const blocks::Range columns = columns_of(block.lane);
    const auto& first = plan_.intervals.first;
    Partial found(plan_.intervals.count(columns));
    read(block, scratch.tile);
    each_column(scratch, [&](std::uint64_t c, auto values, auto& keys) {
      auto its = found.begin() + static_cast<std::ptrdiff_t>(first[columns.begin + c] - first[columns.begin]);
      for (const Interval& interval : plan_.intervals.of(columns.begin + c)) {
        keys.each(values, interval, plan_.few, [&](std::uint64_t key) { its->push_back(key); });
        ++its;
      }
    });
    return found;
  }
  void merge(Partial& left, const Partial& right) const {
    for (std::size_t i = 0; i < left.size(); ++i) left[i].insert(left[i].end(), right[i].begin(), right[i].end());
  }
  static void encode(const Partial& found, ByteWriter& out) {
    out.put(std::uint64_t{found.size()});
    for (const auto& keys : found) out.put_vector(keys);
  }
  static Partial decode(ByteReader& in) {
    Partial found;
    for (auto left = in.get<std::uint64_t>(); left > 0; --left) found.push_back(in.get_vector<std::uint64_t>());
    return found;
  }
  [[nodiscard]] bool fits(const Partial& found, std::uint64_t lane) const {
    return found.size() == plan_.intervals.count(columns_of(lane));
  }

 private:
  const SearchPlan& plan_;
  std::uint64_t lane_columns_;
  std::uint64_t most_;
};

}  // namespace

void collect(const engine::Context& context, const engine::SharedMatrix& matrix, const SearchPlan& plan,
             Intervals& intervals, const std::function<std::vector<std::uint64_t>(std::uint64_t column)>& ranks_of) {
  const MatrixCut cut = cut_matrix(matrix.info(), plan.most_lane_columns);
  Intervals known;
  const auto take = [&](std::uint64_t lane, CollectJob::Partial found) {
    auto keys = found.begin();
    const blocks::Range columns = cut.region_of({lane, 0}).columns;
    for (std::uint64_t c = columns.begin; c < columns.end; ++c) {
      const auto ranks = ranks_of(c);
      for (const Interval& interval : intervals.of(c)) {
        if (interval.known()) {
          known.all.push_back(interval);
          continue;
        }
        std::sort(keys->begin(), keys->end());
        for (const std::uint64_t rank : ranks) {
          if (!interval.holds(rank)) continue;
          if (rank - interval.below >= keys->size()) throw changed_meanwhile(matrix.info());
          const std::uint64_t key = (*keys)[rank - interval.below];
          known.all.push_back({.low = key, .high = key, .below = rank, .inside = 1});
        }
        ++keys;
      }
      known.end_column();
    }
  };
  engine::run(context, CollectJob(matrix, cut, plan), take, {.phase = "collecting", .delivery = matrix.delivery()});
  if (context.ranks().is_root()) intervals = std::move(known);
}

}  // namespace rankwise::statistics
