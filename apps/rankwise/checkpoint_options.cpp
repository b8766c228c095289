#include "apps/rankwise/checkpoint_options.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <limits>
#include <system_error>

#include "apps/rankwise/common_options.hpp"
#include "rankwise/base/duration.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/base/parse_number.hpp"

namespace rankwise::app {
namespace {

/// `3/10` is the third of ten.
engine::Shard parse_shard(const std::string& text) {
  const UsageError refusal(fmt::format("--shard takes I/N, such as 3/10, not '{}'", text));
  const auto slash = text.find('/');
  if (slash == std::string::npos) throw refusal;
  engine::Shard shard;
  try {
    shard.index = parse_count(text.substr(0, slash), "");
    shard.count = parse_count(text.substr(slash + 1), "");
  } catch (const UsageError&) {
    throw refusal;
  }
  constexpr std::uint64_t most = std::numeric_limits<int>::max();
  if (shard.index < 1 || shard.index > shard.count || shard.count > most) throw refusal;
  --shard.index;
  return shard;
}

}  // namespace

const char* const checkpoint_explanation = R"(
With --checkpoint FILE, what is finished is kept in FILE: every minute, and when SIGINT, SIGTERM, SIGUSR1 or --max-time
stops the run (exit code 75) or an error ends it. The same line with --resume goes on from there, on any ranks × threads, to
the bits of an undisturbed run. FILE is always whole; one of another job, input, seed or options, or damaged by a bit, is
refused, and so is a second run on the same FILE. A finished FILE gives its answer at once; of a command that writes a
matrix, FILE is gone once that has its name, and so is the hidden file beside it that is being filled. An input is known
by its size and 64 pages of 4 KiB, evenly spread; with --verify full by all of its bytes, which each run reads first
and --max-time has to leave time for.
)";

void CheckpointOptions::add_to(CLI::App& app, Can can) {
  auto* file = add_value(app, "--checkpoint", "FILE", "keep what is finished in FILE, to go on from after a kill",
                         [this](const std::string& text) { options_.path = text; });
  app.add_flag("--resume", options_.resume, "go on from FILE; start afresh where it is not there yet")->needs(file);
  add_value(app, "--checkpoint-every", "TIME", "how often, such as 30s or 10m (default: 60s)",
            [this](const std::string& text) { options_.every = parse_duration(text, "--checkpoint-every"); })
      ->needs(file);
  add_value(app, "--max-time", "TIME", "stop after so long, such as 2h, with a checkpoint and exit code 75",
            [this](const std::string& text) { options_.max_time = parse_duration(text, "--max-time"); })
      ->needs(file);
  if (can.verify) {
    add_choice<Verify>(app, "--verify", "what tells the input from another: 64 pages, or all of it (default: pages)",
                       {{"pages", Verify::pages}, {"full", Verify::full}}, verify_)
        ->needs(file);
  }
  if (!can.shards) return;
  add_value(app, "--shard", "I/N", "compute part I of N alone, into FILE; rankwise merge puts the parts together",
            [this](const std::string& text) { options_.shard = parse_shard(text); })
      ->needs(file);
}

std::optional<engine::Checkpoint::Options> CheckpointOptions::wanted() const {
  if (options_.path.empty()) return std::nullopt;
  return options_;
}

void CheckpointOptions::refuse_as_output(const std::optional<storage::Destination>& output,
                                         const std::string& called) const {
  if (!output || options_.path.empty()) return;
  std::error_code ignored;
  const auto whole = [&](const std::string& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
  };
  if (whole(output->file) == whole(options_.path)) {
    throw UsageError(fmt::format("{} and --checkpoint name the same file, {}", called, options_.path));
  }
}

}  // namespace rankwise::app
