#pragma once

#include <vector>

#include "rankwise/statistics/distribution.hpp"

namespace rankwise::statistics {

/// One pass over the matrix that counts the values of each column in equal bins.
/// @param columns on rank 0: all that else is to know of each; histograms that are valid get their counts
/// @note Collective
void count_in_bins(const engine::Context& context, const engine::SharedMatrix& matrix, std::uint64_t bins,
                   const DistributionLimits& limits, std::vector<Distribution>& columns);

}  // namespace rankwise::statistics
