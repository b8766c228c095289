#include "rankwise/statistics/bin_pass.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rankwise/engine/run.hpp"
#include "rankwise/statistics/pass.hpp"

namespace rankwise::statistics {
namespace {

/// The partial result has counts[interval][bin] of the lane's intervals, one after another. Count is as wide as the
/// number of rows takes: where chunks are wide, so are lanes, and many such results are alive at once.
template <class Count>
class BinJob : public Pass {
 public:
  using Partial = std::vector<Count>;
  using Scratch = PassScratch;

  BinJob(const engine::SharedMatrix& matrix, const MatrixCut& cut, const SearchPlan& plan)
      : Pass(matrix, cut), plan_(plan), lane_columns_(cut.lane_columns), most_(plan.intervals.most_unknown()) {}

  [[nodiscard]] engine::Identity identity() const { return identity_of("values by bins", plan_.digest()); }
  [[nodiscard]] Bytes partial_bytes() const { return {lane_columns_ * most_ * plan_.bins * sizeof(Count)}; }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    const blocks::Range columns = columns_of(block.lane);
    const auto& first = plan_.intervals.first;
    Partial counts(plan_.intervals.count(columns) * plan_.bins);
    read(block, scratch.tile);
    each_column(scratch, [&](std::uint64_t c, auto values, auto& keys) {
      Count* its = counts.data() + (first[columns.begin + c] - first[columns.begin]) * plan_.bins;
      for (const Interval& interval : plan_.intervals.of(columns.begin + c)) {
        const int shift = bin_shift(interval.low, interval.high, plan_.bins);
        // Counts that lie about: vectors would have to see to equal bins among their lanes, and gain nothing.
        keys.each(values, interval, plan_.few, [&](std::uint64_t key) { ++its[(key - interval.low) >> shift]; });
        its += plan_.bins;
      }
    });
    return counts;
  }
  void merge(Partial& left, const Partial& right) const {
    for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
  }
  static void encode(const Partial& counts, ByteWriter& out) { out.put_vector(counts); }
  static Partial decode(ByteReader& in) { return in.get_vector<Count>(); }
  [[nodiscard]] bool fits(const Partial& counts, std::uint64_t lane) const {
    return counts.size() == plan_.intervals.count(columns_of(lane)) * plan_.bins;
  }

 private:
  const SearchPlan& plan_;
  std::uint64_t lane_columns_;
  std::uint64_t most_;
};

template <class Count>
void narrow_by(const engine::Context& context, const engine::SharedMatrix& matrix, const SearchPlan& plan,
               Intervals& intervals, const std::function<std::vector<std::uint64_t>(std::uint64_t column)>& ranks_of) {
  const MatrixCut cut = cut_matrix(matrix.info(), plan.most_lane_columns);
  Intervals narrower;
  const auto take = [&](std::uint64_t lane, const std::vector<Count>& counts) {
    std::span<const Count> left(counts);
    std::vector<std::uint64_t> its(plan.bins);
    const blocks::Range columns = cut.region_of({lane, 0}).columns;
    for (std::uint64_t c = columns.begin; c < columns.end; ++c) {
      const auto ranks = ranks_of(c);
      for (const Interval& interval : intervals.of(c)) {
        if (interval.known()) {
          narrower.all.push_back(interval);
          continue;
        }
        std::copy_n(left.begin(), plan.bins, its.begin());
        const auto bins = narrowed(interval, its, ranks);
        narrower.all.insert(narrower.all.end(), bins.begin(), bins.end());
        left = left.subspan(plan.bins);
      }
      narrower.end_column();
    }
  };
  engine::run(context, BinJob<Count>(matrix, cut, plan), take, {.phase = "narrowing", .delivery = matrix.delivery()});
  if (context.ranks().is_root()) intervals = std::move(narrower);
}

}  // namespace

void narrow(const engine::Context& context, const engine::SharedMatrix& matrix, const SearchPlan& plan,
            Intervals& intervals, const std::function<std::vector<std::uint64_t>(std::uint64_t column)>& ranks_of) {
  const bool few_rows = matrix.info().rows <= UINT32_MAX;
  (few_rows ? narrow_by<std::uint32_t> : narrow_by<std::uint64_t>)(context, matrix, plan, intervals, ranks_of);
}

}  // namespace rankwise::statistics
