#pragma once

#include <cstdint>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/plan.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/statistics/distribution.hpp"

namespace rankwise::statistics {

/// What it takes to find out about the columns of a matrix.
struct StatisticsPlan {
  std::vector<engine::PhasePlan> phases = {};  ///< that are known before any value is read
  bool searches = false;                       ///< passes follow, as many as the values take
  std::uint64_t reads_of_a_chunk = 1;          ///< how often a chunk is read in one phase, at most
  Bytes to_read = {};                          ///< by the phases that are known
};

/// @throws UsageError if a block does not fit into the memory that the user grants
StatisticsPlan plan_statistics(const engine::Context& context, const engine::SharedMatrix& matrix, bool moments,
                               const DistributionOptions& distributions, const DistributionLimits& limits = {});

}  // namespace rankwise::statistics
