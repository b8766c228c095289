#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "rankwise/engine/checkpoint.hpp"

namespace rankwise::app {

/// What the help of commands with these options says about them.
extern const char* const checkpoint_explanation;

/// Where a command keeps what it has finished, and when it stops by itself.
class CheckpointOptions {
 public:
  /// @param shards whether the command can compute a part of its job alone
  void add_to(CLI::App& app, bool shards);

  /// Nothing if none is asked for.
  [[nodiscard]] std::optional<engine::Checkpoint::Options> wanted() const;
  [[nodiscard]] bool is_shard() const { return options_.shard.has_value(); }

 private:
  engine::Checkpoint::Options options_;
};

}  // namespace rankwise::app
