#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rankwise/blocks/grid.hpp"

namespace rankwise::statistics {

/// Keys [low, high] of a column among which the values of some ranks lie.
struct Interval {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint64_t below = 0;   ///< values of the column that are less than all of the interval's
  std::uint64_t inside = 0;  ///< values in the interval

  /// Its values are all the same.
  [[nodiscard]] bool known() const { return low == high; }
  [[nodiscard]] bool holds(std::uint64_t rank) const { return below <= rank && rank < below + inside; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// By how many bits keys are shifted so that those of [low, high], counted from `low`, fall into so many bins.
int bin_shift(std::uint64_t low, std::uint64_t high, std::uint64_t bins);

/// The bins that the values of ranks lie in, each once, as intervals; what holds no rank is left away.
/// @param counts of the values in each bin of the interval
/// @param ranks ascending; those outside the interval do not matter
std::vector<Interval> narrowed(const Interval& interval, std::span<const std::uint64_t> counts,
                               std::span<const std::uint64_t> ranks);

/// The intervals of all columns, in order: those of column c are all[first[c]] to all[first[c + 1]].
struct Intervals {
  std::vector<std::uint64_t> first{0};
  std::vector<Interval> all;

  [[nodiscard]] std::uint64_t columns() const { return first.size() - 1; }
  [[nodiscard]] std::span<const Interval> of(std::uint64_t column) const {
    return std::span(all).subspan(first[column], first[column + 1] - first[column]);
  }
  /// Of a run of columns.
  [[nodiscard]] std::uint64_t count(blocks::Range run) const { return first[run.end] - first[run.begin]; }
  /// Ends a column: what was appended to `all` since the last one is its own.
  void end_column() { first.push_back(all.size()); }
  /// The most that any column has, known ones left out.
  [[nodiscard]] std::uint64_t most_unknown() const;
  /// Values in all intervals, known ones left out.
  [[nodiscard]] std::uint64_t unknown_values() const;
  /// Without the known ones.
  [[nodiscard]] Intervals unknown() const;
};

}  // namespace rankwise::statistics
