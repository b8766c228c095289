#pragma once

#include <vector>

#include "rankwise/blocks/span.hpp"
#include "rankwise/engine/context.hpp"
#include "rankwise/engine/erased_job.hpp"
#include "rankwise/engine/forest.hpp"

namespace rankwise::engine {

/// Brings the finished nodes of all ranks home to rank 0 along the tree. Afterwards rank 0's forest holds the one
/// result of each lane. @note Collective
void bring_home(const Context& context, const AnyJob& job, const blocks::SpanCut& cut, const std::vector<int>& owners,
                Forest& forest);

}  // namespace rankwise::engine
