#pragma once

#include "apps/rankwise/forest_work.hpp"
#include "apps/rankwise/sample_options.hpp"
#include "rankwise/learning/tree_grower.hpp"

namespace rankwise::app {

/// `forest fit`: grows a forest, writes it, and says what it is worth.
/// @throws ranks::AgreedError @note Collective
ExitCode fit_forest(Invocation& invocation, const ForestWork& work, const SampleOptions& samples,
                    const learning::ForestOptions& options);

}  // namespace rankwise::app
