#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "rankwise/engine/checkpoint.hpp"
#include "rankwise/storage/result_table.hpp"

namespace rankwise::app {

/// What the help of commands with these options says about them.
extern const char* const checkpoint_explanation;

/// Where a command keeps what it has finished, and when it stops by itself.
class CheckpointOptions {
 public:
  struct Can {
    bool shards = false;  ///< compute a part of its job alone
    bool verify = false;  ///< it has an input
  };
  void add_to(CLI::App& app, Can can);

  /// Nothing if none is asked for.
  [[nodiscard]] std::optional<engine::Checkpoint::Options> wanted() const;
  /// Whether all of the input tells it from others, not its size and 64 pages.
  [[nodiscard]] bool verifies() const { return verify_ == Verify::full; }
  /// Whether the output of an earlier run may be there, half done.
  [[nodiscard]] bool resumes() const { return options_.resume; }
  /// @throws UsageError if this is the file that is kept
  void refuse_as_output(const std::optional<storage::Destination>& output, const std::string& called = "--out") const;
  [[nodiscard]] bool is_shard() const { return options_.shard.has_value(); }

 private:
  enum class Verify { pages, full };
  engine::Checkpoint::Options options_;
  Verify verify_ = Verify::pages;
};

}  // namespace rankwise::app
