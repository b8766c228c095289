#pragma once

#include <functional>
#include <string>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/plan.hpp"
#include "rankwise/matrices/random_elements.hpp"
#include "rankwise/storage/matrix_output.hpp"

namespace rankwise::matrices {

struct GenerateOptions {
  storage::Destination destination;
  bool overwrite = false;
  storage::MatrixShape shape;
  RandomElements elements;
  /// The record of the run, given the digest of the values.
  std::function<std::string(const std::string& digest)> record;
};

/// Writes a random matrix to a new file. Ranks that see the file fill their own parts of it; chunks, CSV, and parts of
/// ranks that do not see it, are written by rank 0. With a checkpoint, what a stopped or killed run has written stays
/// for the next one; when the file has its name, the checkpoint is gone.
/// @return the digest of type, shape and values, in the order in which the file has them; on rank 0
/// @throws ranks::AgreedError; then no file under the final name has changed; also if there is a checkpoint and rank 0
///         would have to write
/// @note Collective
std::string generate(const engine::Context& context, const GenerateOptions& options);

/// What the file depends on.
engine::Identity identity_of(const GenerateOptions& options);

/// What generate would do, where every rank sees the file; rank 0 writes in several phases elsewhere.
engine::PhasePlan plan_generate(const engine::Context& context, const GenerateOptions& options);

}  // namespace rankwise::matrices
