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
  /// Is called on rank 0 with each score as soon as it is there.
  std::function<void(std::uint64_t candidate, std::uint64_t fold, double score)> hear = {};
  /// What is shown while it works, beside how far it is.
  std::function<void(report::ProgressDisplay&)> set_remarks = {};
};

/// What it found, on rank 0.
using ShowScores = std::function<void(const storage::MatrixInfo& info, const learning::Dataset& data,
                                      const std::vector<double>& scores)>;

/// Reads, scores and shows; or says what it would do, with --plan.
/// @throws ranks::AgreedError @note Collective
ExitCode validate(Invocation& invocation, const Validation& validation, const ShowScores& show);

}  // namespace rankwise::app
