#pragma once

#include "rankwise/engine/context.hpp"
#include "rankwise/farm/map_options.hpp"
#include "rankwise/farm/tally.hpp"
#include "rankwise/processes/helper.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::farm {

/// How it went.
struct MapEnd {
  Tally tally = {};             ///< what was done; on rank 0 alone
  ranks::Failure failure = {};  ///< why it was stopped before its end, if it was: the same on every rank
};

/// Runs a command for each value of a list, on whichever rank is free, as often as it takes.
///
/// What tasks print comes out on rank 0, whole. A task is done once that is written and its line is in the job log, on
/// the disk; it is begun at least once. A failure of a task is counted; it is no failure of this.
/// @note Collective
MapEnd map_tasks(const engine::Context& context, processes::Helper& helper, const MapOptions& options);

}  // namespace rankwise::farm
