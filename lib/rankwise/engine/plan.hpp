#pragma once

#include <string>

#include "rankwise/blocks/grid.hpp"
#include "rankwise/engine/context.hpp"
#include "rankwise/engine/erased_job.hpp"

namespace rankwise::engine {

/// What a phase would do, known before it does anything.
struct PhasePlan {
  std::string phase = {};
  blocks::Grid grid = {};
  std::uint64_t spans = 0;  ///< what ranks are handed: runs of blocks
  Bytes block = {};         ///< that one running block needs
  Bytes partial = {};       ///< of one partial result
  int threads = 1;          ///< per rank, as many as fit into the memory that the user grants

  friend bool operator==(const PhasePlan&, const PhasePlan&) = default;
};

/// @throws UsageError if one block and its partial result do not fit into the memory that the user grants
PhasePlan plan_phase(const Context::Options& options, const AnyJob& job, const std::string& phase);

template <BlockJob J>
PhasePlan plan(const Context::Options& options, const J& job, const std::string& phase) {
  return plan_phase(options, ErasedJob<J>(job), phase);
}

}  // namespace rankwise::engine
