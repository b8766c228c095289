#pragma once

#include <optional>
#include <vector>

#include "rankwise/statistics/cut.hpp"
#include "rankwise/statistics/distribution.hpp"

namespace rankwise::statistics {

/// Lanes of whole columns, one step each; nothing where these do not fit into a block, or lie so that reading them
/// would take a few bytes here and there.
std::optional<MatrixCut> cut_whole_columns(const storage::MatrixInfo& info, const DistributionLimits& limits);

/// The distributions of columns that are read whole. A column without a valid histogram has an empty one.
/// @return one per column on rank 0, none elsewhere
/// @note Collective
std::vector<Distribution> distributions_of_whole_columns(const engine::Context& context,
                                                         const engine::SharedMatrix& matrix, const MatrixCut& cut,
                                                         const DistributionOptions& options);

/// What distributions_of_whole_columns would do. @throws UsageError as it would
engine::PhasePlan plan_whole_columns(const engine::Context& context, const engine::SharedMatrix& matrix,
                                     const MatrixCut& cut, const DistributionOptions& options);

}  // namespace rankwise::statistics
