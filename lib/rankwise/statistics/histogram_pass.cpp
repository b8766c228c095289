#include "rankwise/statistics/histogram_pass.hpp"

#include <fmt/format.h>

#include "rankwise/base/digest.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/statistics/pass.hpp"
#include "rankwise/statistics/search_plan.hpp"

namespace rankwise::statistics {
namespace {

struct ValueRange {
  double min = 0;
  double max = 0;
  [[nodiscard]] bool empty() const { return !(min <= max); }
};
constexpr ValueRange no_values{.min = 1, .max = 0};

/// The partial result has counts[column][bin] of the lane.
class HistogramJob : public Pass {
 public:
  using Partial = std::vector<std::uint64_t>;
  using Scratch = PassScratch;

  HistogramJob(const engine::SharedMatrix& matrix, const MatrixCut& cut, std::uint64_t bins,
               const std::vector<ValueRange>& ranges)
      : Pass(matrix, cut), bins_(bins), lane_columns_(cut.lane_columns), ranges_(ranges) {}

  [[nodiscard]] engine::Identity identity() const {
    Digest digest;
    for (const ValueRange& range : ranges_) {
      digest.add(range.min);
      digest.add(range.max);
    }
    return identity_of("histogram", fmt::format("{} {}", bins_, digest.hex()));
  }
  [[nodiscard]] Bytes partial_bytes() const { return {lane_columns_ * bins_ * sizeof(std::uint64_t)}; }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    const blocks::Range columns = columns_of(block.lane);
    Partial counts(columns.size() * bins_);
    read(block, scratch.tile);
    each_column(scratch, [&](std::uint64_t c, auto values, auto&) {
      const ValueRange& range = ranges_[columns.begin + c];
      if (range.empty()) return;
      const auto its = std::span(counts).subspan(c * bins_, bins_);
      if (!EqualBins(range.min, range.max, bins_).count(values, its)) throw changed_meanwhile(info());
    });
    return counts;
  }
  void merge(Partial& left, const Partial& right) const {
    for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
  }
  static void encode(const Partial& counts, ByteWriter& out) { out.put_vector(counts); }
  static Partial decode(ByteReader& in) { return in.get_vector<std::uint64_t>(); }
  [[nodiscard]] bool fits(const Partial& counts, std::uint64_t lane) const {
    return counts.size() == columns_of(lane).size() * bins_;
  }

 private:
  std::uint64_t bins_;
  std::uint64_t lane_columns_;
  const std::vector<ValueRange>& ranges_;
};

std::vector<ValueRange> broadcast_ranges(const ranks::Communicator& ranks, const std::vector<Distribution>& columns,
                                         std::uint64_t bins) {
  ByteWriter out;
  for (const Distribution& column : columns) {
    const Histogram& histogram = column.histogram;
    const bool none = column.count == 0 || !EqualBins(histogram.min, histogram.max, bins).valid();
    out.put(none ? no_values.min : histogram.min);
    out.put(none ? no_values.max : histogram.max);
  }
  const auto bytes = ranks::broadcast(ranks, out.take());
  std::vector<ValueRange> ranges(bytes.size() / sizeof(ValueRange));
  ByteReader(bytes).get_span(std::span(ranges));
  return ranges;
}

}  // namespace

void count_in_bins(const engine::Context& context, const engine::SharedMatrix& matrix, std::uint64_t bins,
                   const DistributionLimits& limits, std::vector<Distribution>& columns) {
  const auto ranges = broadcast_ranges(context.ranks(), columns, bins);
  const std::uint64_t column_bytes = bins * sizeof(std::uint64_t);
  const MatrixCut cut = cut_matrix(matrix.info(), lane_columns_within(limits.lane_counts, column_bytes, matrix.info()));
  const auto take = [&](std::uint64_t lane, const HistogramJob::Partial& counts) {
    auto left = counts.begin();
    const blocks::Range its = cut.region_of({lane, 0}).columns;
    for (std::uint64_t c = its.begin; c < its.end; ++c, left += static_cast<std::ptrdiff_t>(bins)) {
      if (ranges[c].empty() && columns[c].count > 0) continue;
      columns[c].histogram.counts.assign(left, left + static_cast<std::ptrdiff_t>(bins));
    }
  };
  engine::run(context, HistogramJob(matrix, cut, bins, ranges), take,
              {.phase = "histogram", .delivery = matrix.delivery()});
}

}  // namespace rankwise::statistics
