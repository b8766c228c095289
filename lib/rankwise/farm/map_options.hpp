#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "rankwise/farm/job_log.hpp"
#include "rankwise/farm/value_list.hpp"

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
  bool print = true;         ///< what tasks print, also to standard output and error
  bool clears_line = false;  ///< a bar may be drawn on the terminal that this goes to: it is taken away before
  std::optional<std::string> job_log = {};
  JobLog::Open open = JobLog::Open::fresh;
  bool resume_failed = false;  ///< what failed runs again
  std::optional<std::string> results = {};
  std::chrono::milliseconds max_time{0};  ///< 0: none
  std::function<void(const MapProgress&)> show = {};
  std::function<void(const std::string&)> note = {};
};

}  // namespace rankwise::farm
