#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "rankwise/engine/context.hpp"
#include "rankwise/farm/job_log.hpp"
#include "rankwise/farm/tally.hpp"
#include "rankwise/farm/value_list.hpp"
#include "rankwise/processes/helper.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::farm {

/// When to give up because tasks fail.
struct Halt {
  enum class When { never, soon, now };  ///< soon: what runs may end; now: it is ended
  When when = When::never;
  std::uint64_t failures = 1;  ///< tasks that failed for good
};

/// How far the tasks are.
struct MapProgress {
  std::uint64_t done = 0;  ///< also by earlier runs, and also those that failed
  std::uint64_t failed = 0;
  std::uint64_t running = 0;
  std::uint64_t total = 0;      ///< as far as the list was read
  bool total_is_known = false;  ///< to its end
  std::uint64_t done_before = 0;
};

struct MapOptions {
  std::string command = {};  ///< with places for values; nothing: values are commands
  ListOptions list = {};
  std::uint64_t jobs = 1;  ///< tasks that run at a time on this rank
  std::uint64_t tries = 1;
  std::chrono::milliseconds time_limit{0};  ///< of a task; 0: none
  Halt halt = {};
  bool keep_order = false;
  bool print = true;  ///< what tasks print, also to standard output and error
  std::optional<std::string> job_log = {};
  JobLog::Open open = JobLog::Open::fresh;
  bool resume_failed = false;  ///< what failed runs again
  std::optional<std::string> results = {};
  std::chrono::milliseconds max_time{0};  ///< 0: none
  std::function<void(const MapProgress&)> show = {};
  std::function<void(const std::string&)> note = {};
};

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
