#include "rankwise/statistics/intervals.hpp"

#include <algorithm>
#include <bit>

namespace rankwise::statistics {

int bin_shift(std::uint64_t low, std::uint64_t high, std::uint64_t bins) {
  int shift = std::max(0, static_cast<int>(std::bit_width(high - low)) - static_cast<int>(std::bit_width(bins)));
  while ((high - low) >> shift >= bins) ++shift;
  return shift;
}

std::vector<Interval> narrowed(const Interval& interval, std::span<const std::uint64_t> counts,
                               std::span<const std::uint64_t> ranks) {
  std::vector<Interval> result;
  const int shift = bin_shift(interval.low, interval.high, counts.size());
  auto rank = std::lower_bound(ranks.begin(), ranks.end(), interval.below);
  std::uint64_t below = interval.below;
  for (std::uint64_t bin = 0; bin < counts.size() && rank != ranks.end(); below += counts[bin++]) {
    if (*rank >= below + counts[bin]) continue;
    const std::uint64_t low = interval.low + (bin << shift);
    const std::uint64_t width = (std::uint64_t{1} << shift) - 1;
    result.push_back({low, interval.high - low > width ? low + width : interval.high, below, counts[bin]});
    rank = std::lower_bound(rank, ranks.end(), below + counts[bin]);
  }
  return result;
}

std::uint64_t Intervals::most_unknown() const {
  std::uint64_t most = 0;
  for (std::uint64_t c = 0; c < columns(); ++c) {
    const auto its = of(c);
    const auto unknown = std::count_if(its.begin(), its.end(), [](const Interval& i) { return !i.known(); });
    most = std::max(most, static_cast<std::uint64_t>(unknown));
  }
  return most;
}

std::uint64_t Intervals::unknown_values() const {
  std::uint64_t values = 0;
  for (const Interval& interval : all) values += interval.known() ? 0 : interval.inside;
  return values;
}

Intervals Intervals::unknown() const {
  Intervals result;
  for (std::uint64_t c = 0; c < columns(); ++c) {
    for (const Interval& interval : of(c)) {
      if (!interval.known()) result.all.push_back(interval);
    }
    result.end_column();
  }
  return result;
}

}  // namespace rankwise::statistics
