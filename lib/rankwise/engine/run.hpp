#pragma once

#include <cstdint>
#include <utility>

#include "rankwise/engine/phase.hpp"

namespace rankwise::engine {

/// Computes a job's blocks on all ranks and threads, merges the partial results along the fixed tree, and calls
/// `sink(lane, partial)` on rank 0, lanes in order. The result has the same bits whatever the ranks, the threads and
/// the order in which blocks are done.
/// @throws ranks::AgreedError on every rank alike if a block threw anywhere, a signal came, or the sink threw
/// @note Collective
template <BlockJob J, class Sink>
void run(const Context& context, const J& job, Sink&& sink, const PhaseOptions& options) {
  ErasedJob<J> erased(job);
  run_phase(
      context, erased,
      [&](std::uint64_t lane, const AnyPartial& partial) { sink(lane, std::move(ErasedJob<J>::typed(partial))); },
      options);
}

}  // namespace rankwise::engine
