#include "rankwise/farm/endings.hpp"

#include <fmt/format.h>

#include <csignal>
#include <utility>

namespace rankwise::farm {
namespace {

using How = processes::Ended::How;

/// As timeout(1) has it; what did not end well is not 0.
int exit_code_of(const Outcome& outcome) {
  if (outcome.how == How::time_limit) return 124;
  return outcome.how == How::output ? 125 : outcome.exit_code;
}

std::string reason_of(const Outcome& outcome, std::chrono::milliseconds time_limit) {
  switch (outcome.how) {
    case How::time_limit:
      return fmt::format("not done after {} s", std::chrono::duration<double>(time_limit).count());
    case How::not_started:
      return outcome.signal != 0 ? outcome.reason : "cannot be started: " + outcome.reason;
    default:
      return outcome.reason;
  }
}

}  // namespace

Endings::Endings(const MapOptions& options, int ranks, Outbox& outbox,
                 std::function<void(int rank, std::uint64_t task)> drop)
    : options_(options), outbox_(outbox), drop_(std::move(drop)) {
  tally_.ranks.resize(static_cast<std::size_t>(ranks));
}

void Endings::set_rank(int rank, std::string host, std::uint64_t jobs) {
  tally_.ranks[static_cast<std::size_t>(rank)] = {.host = std::move(host), .jobs = jobs};
}

void Endings::count_try(int rank, const Outcome& outcome) {
  auto& share = tally_.ranks[static_cast<std::size_t>(rank)];
  ++share.tasks;
  share.seconds += outcome.seconds;
}

void Endings::drop(int rank, const Outcome& outcome) {
  if (!outcome.printed[0].is_kept_elsewhere() && !outcome.printed[1].is_kept_elsewhere()) return;
  drop_(rank, outcome.task);
}

void Endings::add(int rank, Task task, const Outcome& outcome) {
  if (!outcome.failed() || outcome.how != How::by_itself) return finish(rank, task, outcome);
  doubted_.push_back(
      {.since = std::chrono::steady_clock::now(), .rank = rank, .task = std::move(task), .outcome = outcome});
}

void Endings::add_lost(int rank, const Task& task) {
  Outcome outcome{.task = task.number, .how = How::not_started, .exit_code = 128 + SIGKILL, .signal = SIGKILL};
  outcome.reason = "the process that starts tasks was killed, twice while it had this one";
  finish(rank, task, outcome);
}

void Endings::look() {
  const auto now = std::chrono::steady_clock::now();
  while (!doubted_.empty() && now >= doubted_.front().since + time_to_doubt) {
    const Doubted doubted = std::move(doubted_.front());
    doubted_.pop_front();
    finish(doubted.rank, doubted.task, doubted.outcome);
  }
}

void Endings::forget_doubted() {
  for (const Doubted& doubted : doubted_) drop(doubted.rank, doubted.outcome);
  doubted_.clear();
}

bool Endings::may_be_enough() const {
  const Halt& halt = options_.halt;
  return halt.when != Halt::When::never && tally_.failed + doubted_.size() >= halt.failures;
}

std::optional<std::string> Endings::enough() const {
  const Halt& halt = options_.halt;
  if (halt.when == Halt::When::never || tally_.failed < halt.failures) return std::nullopt;
  return fmt::format("{} failed; --halt ends it",
                     tally_.failed == 1 ? "a task" : fmt::format("{} tasks", tally_.failed));
}

void Endings::finish(int rank, const Task& task, const Outcome& outcome) {
  ++(outcome.failed() ? tally_.failed : tally_.done);
  tally_.add_slow(outcome.seconds, rank, task.command.line);
  Finished finished{.number = task.number, .rank = rank, .printed = outcome.printed, .name = task.name};
  if (options_.job_log) finished.log_line = log_line(rank, task, outcome);
  outbox_.add(std::move(finished));
}

std::string Endings::log_line(int rank, const Task& task, const Outcome& outcome) const {
  return LogEntry{.id = task.id,
                  .command = task.command.line,
                  .rank = rank,
                  .host = tally_.ranks[static_cast<std::size_t>(rank)].host,
                  .start = outcome.start,
                  .seconds = outcome.seconds,
                  .exit_code = exit_code_of(outcome),
                  .signal = outcome.signal,
                  .tries = task.tries,
                  .peak_bytes = outcome.peak_bytes,
                  .err_end = outcome.err_end,
                  .reason = reason_of(outcome, options_.time_limit),
                  .again = task.again}
      .line();
}

}  // namespace rankwise::farm
