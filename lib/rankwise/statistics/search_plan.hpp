#pragma once

#include <cstdint>
#include <string>

#include "rankwise/ranks/collectives.hpp"
#include "rankwise/statistics/cut.hpp"
#include "rankwise/statistics/distribution.hpp"
#include "rankwise/statistics/intervals.hpp"

namespace rankwise::statistics {

/// What rank 0 decides to do next in the search for quantiles, and all ranks have to know.
struct SearchPlan {
  enum class Step : std::uint8_t {
    bin,      ///< count the values of each interval in bins
    collect,  ///< bring the values of all intervals to rank 0
    end,
  };
  Step step = Step::end;
  std::uint64_t bins = 0;  ///< of each interval
  std::uint64_t most_lane_columns = 0;
  std::uint64_t most_lane_values = 0;  ///< that a lane collects, at most
  bool few = false;                    ///< most values of the matrix are outside of all intervals
  Intervals intervals = {};

  /// Of what the ranks compute with.
  [[nodiscard]] std::string digest() const;
};

/// The next step for intervals that are not known yet; bins from the shape and the number of intervals.
SearchPlan plan_search(const storage::MatrixInfo& info, const Intervals& intervals, const DistributionLimits& limits);

/// Rank 0's plan on every rank. @note Collective
SearchPlan broadcast(const ranks::Communicator& ranks, const SearchPlan& plan);

/// How many columns a lane has where each has a partial result of `column_bytes`: fewer than a lane's limit allows, but
/// enough to read more than a few bytes at a time.
std::uint64_t lane_columns_within(Bytes limit, std::uint64_t column_bytes, const storage::MatrixInfo& info);

}  // namespace rankwise::statistics
