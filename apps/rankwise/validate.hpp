#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/validation_options.hpp"

namespace rankwise::app {

/// A command that scores candidates fold by fold.
struct Validation {
  std::string command;
  const ValidationOptions& options;
  const learning::Candidates& candidates;
  const ComputeOptions& compute;
  const CheckpointOptions& checkpoint;
  bool json = false;
};

/// What it found, on rank 0.
using ShowScores = std::function<void(const storage::MatrixInfo& info, const learning::Dataset& data,
                                      const std::vector<double>& scores)>;

/// Reads, scores and shows; or says what it would do, with --plan.
/// @throws ranks::AgreedError @note Collective
ExitCode validate(Invocation& invocation, const Validation& validation, const ShowScores& show);

}  // namespace rankwise::app
