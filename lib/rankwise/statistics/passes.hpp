#pragma once

#include <vector>

#include "rankwise/statistics/distribution.hpp"

namespace rankwise::statistics {

/// The distributions of columns of any length: their moments, then passes that count the values around each quantile in
/// ever narrower bins, then one that collects those that are left; one more for histograms.
/// @return one per column on rank 0, none elsewhere
/// @note Collective
std::vector<Distribution> distributions_in_passes(const engine::Context& context, const engine::SharedMatrix& matrix,
                                                  const DistributionOptions& options,
                                                  const std::vector<ColumnMoments>* moments,
                                                  const DistributionLimits& limits);

}  // namespace rankwise::statistics
