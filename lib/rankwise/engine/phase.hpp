#pragma once

#include <functional>
#include <string>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/delivery.hpp"
#include "rankwise/engine/erased_job.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::engine {

struct PhaseOptions {
  std::string phase = {};        ///< its name, for messages
  Delivery* delivery = nullptr;  ///< where ranks get input that they cannot see
  bool kept = true;              ///< in the checkpoint, if there is one; otherwise it is computed anew by each run
  /// Is called on rank 0, by its main thread, with what jobs tell of their blocks as these are done, or were before.
  std::function<void(blocks::Block block, double number)> hear = {};
};

/// The shard of a job that this run was to compute is done and in its checkpoint; there is no result. Thrown on every
/// rank alike; no failure.
struct ShardDone : ranks::AgreedError {
  explicit ShardDone(const std::string& message) : AgreedError(ExitCode::done, message) {}
};

/// `run` for a job whose type is hidden; see run.hpp.
void run_phase(const Context& context, AnyJob& job,
               const std::function<void(std::uint64_t lane, AnyPartial partial)>& sink, const PhaseOptions& options);

}  // namespace rankwise::engine
