#include "rankwise/farm/foreman.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <thread>
#include <utility>

#include "rankwise/base/errors.hpp"
#include "rankwise/base/stop_request.hpp"
#include "rankwise/farm/results_folder.hpp"

namespace rankwise::farm {
namespace {

using How = processes::Ended::How;
constexpr std::uint64_t most_read_at_once = 4096;  // tasks of the list, before what else is to be done
// Who stops a whole job, Slurm for one, sends a signal to tasks as to ranks: a task that failed is not taken for a
// failure before it is clear that it was not that.
constexpr std::chrono::milliseconds time_to_doubt{250};
constexpr std::chrono::seconds time_to_read{5};

std::unique_ptr<JobLog> open_log(const MapOptions& options, std::unique_ptr<FinishedTasks>& finished,
                                 const std::function<void()>& meanwhile) {
  if (!options.job_log) return nullptr;
  auto log = std::make_unique<JobLog>(*options.job_log, options.open, meanwhile);
  if (options.open == JobLog::Open::resume) finished = std::make_unique<FinishedTasks>(std::move(log->finished()));
  return log;
}

std::unique_ptr<ResultsFolder> open_results(const MapOptions& options) {
  return options.results ? std::make_unique<ResultsFolder>(*options.results) : nullptr;
}

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

Foreman::Foreman(const engine::Context& context, Crew& crew, const MapOptions& options)
    : context_(context),
      crew_(crew),
      options_(options),
      watch_(context),
      printer_(options.print, open_log(options, finished_, [this] { watch_ranks(); }), open_results(options)),
      source_(options, std::move(finished_)),
      outbox_(printer_, options.keep_order,
              {.fetch = [this](int rank, const PlacePrinted& place) { fetch(rank, place); },
               .drop =
                   [this](int rank, std::uint64_t task) {
                     if (rank == 0) return crew_.drop(task);
                     send(rank, {.kind = Order::Kind::drop, .place = {.task = task}});
                   }}),
      book_(context.ranks().size(), options.tries),
      wait_(context.ranks().size() > 1) {
  tally_.ranks.resize(static_cast<std::size_t>(context.ranks().size()));
  book_.set_jobs(0, crew.jobs());
  tally_.ranks[0] = {.host = ranks::host_name(), .jobs = crew.jobs()};
}

ranks::Failure Foreman::lead() {
  while (true) {
    something_happened_ = false;
    read_list();
    hear();
    outbox_.advance();
    for ([[maybe_unused]] const std::uint64_t task : printer_.take_done()) --unfinished_;
    look_for_reasons_to_stop();
    believe();
    if (is_over()) break;
    hand_out();
    show(false);
    wait();
  }
  show(true);
  if (stop_ == Stop::no && options_.note && source_.tasks() + source_.done_before() + source_.failed_before() == 0) {
    options_.note(
        "the list is empty: there was nothing to do (options of map come before COMMAND, ::: VALUE... after it)");
  }
  return failure_;
}

void Foreman::read_list() {
  try {
    for (std::uint64_t read = 0; read < most_read_at_once && !list_ended_ && stop_ == Stop::no && book_.has_room();
         ++read) {
      std::optional<Task> task;
      const Next next = source_.next(task);
      if (next == Next::later) return;
      list_ended_ = next == Next::end;
      if (task) book_.add(*std::move(task));
      something_happened_ = true;
    }
  } catch (...) {
    fail(ranks::current_failure(), Stop::soon);
  }
}

void Foreman::hear() {
  if (const auto outcomes = crew_.take(); !outcomes.empty()) {
    for (const Outcome& outcome : outcomes) note(0, outcome);
  }
  if (crew_.is_lost() && !std::exchange(crew_loss_noted_, true)) lose(0);
  while (const auto message = context_.messenger().receive(report_subject)) {
    watch_.hear(message->source);
    note(message->source, Report::decode(ByteReader(message->bytes)));
  }
  context_.messenger().progress();
}

void Foreman::note(int rank, const Report& report) {
  something_happened_ = true;
  if (report.hello) {
    book_.set_jobs(rank, report.hello->jobs);
    tally_.ranks[static_cast<std::size_t>(rank)] = {.host = report.hello->host, .jobs = report.hello->jobs};
  }
  for (const Outcome& outcome : report.outcomes) note(rank, outcome);
  if (report.place) outbox_.arrived(*report.place, report.piece);
  if (report.lost) lose(rank);
  if (report.failure.exit_code == 0) return;
  if (report.failure.exit_code < 128) outbox_.abandon();  // a piece of output cannot be had
  fail(report.failure, Stop::now);
}

void Foreman::note(int rank, const Outcome& outcome) {
  something_happened_ = true;
  if (!outcome.counts()) {
    book_.give_back(outcome.task);
    if (stop_ != Stop::no) book_.forget_waiting();
    return;
  }
  auto& share = tally_.ranks[static_cast<std::size_t>(rank)];
  ++share.tasks;
  share.seconds += outcome.seconds;
  const bool is_last_chance = stop_ != Stop::no;
  if (auto task = book_.end(outcome.task, outcome.failed(), outcome.seconds)) {
    if (outcome.failed() && outcome.how == How::by_itself) {
      doubted_.push_back(
          {.since = std::chrono::steady_clock::now(), .rank = rank, .task = *std::move(task), .outcome = outcome});
    } else {
      finish(rank, *task, outcome);
    }
  } else {
    if (is_last_chance) book_.forget_waiting();
    drop(rank, outcome);
  }
}

/// Enough tasks have failed, if those in doubt have.
bool Foreman::may_be_halted() const {
  const Halt& halt = options_.halt;
  return halt.when != Halt::When::never && !doubted_.empty() && tally_.failed + doubted_.size() >= halt.failures;
}

/// Nobody wants what it printed.
void Foreman::drop(int rank, const Outcome& outcome) {
  if (!outcome.printed[0].is_kept_elsewhere() && !outcome.printed[1].is_kept_elsewhere()) return;
  if (rank == 0) return crew_.drop(outcome.task);
  send(rank, {.kind = Order::Kind::drop, .place = {.task = outcome.task}});
}

void Foreman::believe() {
  const auto now = std::chrono::steady_clock::now();
  while (!doubted_.empty() && now >= doubted_.front().since + time_to_doubt) {
    const Doubted doubted = std::move(doubted_.front());
    doubted_.pop_front();
    finish(doubted.rank, doubted.task, doubted.outcome);
  }
}

/// The task is over, well or not.
void Foreman::finish(int rank, const Task& task, const Outcome& outcome) {
  ++(outcome.failed() ? tally_.failed : tally_.done);
  tally_.add_slow(outcome.seconds, rank, task.command.line);
  Finished finished{.number = task.number, .rank = rank, .printed = outcome.printed, .name = task.name};
  if (options_.job_log) {
    finished.log_line = LogEntry{.id = task.id,
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
  ++unfinished_;
  try {
    outbox_.add(std::move(finished));
  } catch (...) {
    outbox_.abandon();
    fail(ranks::current_failure(), Stop::now);
  }
  const Halt& halt = options_.halt;
  if (halt.when == Halt::When::never || tally_.failed < halt.failures || stop_ != Stop::no) return;
  fail({static_cast<int>(ExitCode::failed),
        fmt::format("{} failed; --halt ends it",
                    tally_.failed == 1 ? "a task" : fmt::format("{} tasks", tally_.failed))},
       halt.when == Halt::When::now ? Stop::now : Stop::soon);
}

/// The rank's helper was killed: another rank does what it had.
void Foreman::lose(int rank) {
  for (const Task& task : book_.remove(rank)) {
    Outcome outcome{.task = task.number, .how = How::not_started, .exit_code = 128 + SIGKILL, .signal = SIGKILL};
    outcome.reason = "the process that starts tasks was killed, twice while it had this one";
    finish(rank, task, outcome);
  }
  if (options_.note) {
    options_.note(fmt::format("the helper process of rank {} on {} was killed; its tasks {}", rank,
                              tally_.ranks[static_cast<std::size_t>(rank)].host,
                              book_.has_ranks() ? "go to other ranks" : "are not done"));
  }
  if (!book_.has_ranks()) {
    fail({static_cast<int>(ExitCode::internal), "no rank can start processes any more: their helpers were killed"},
         Stop::now);
  }
}

void Foreman::hand_out() {
  if (stop_ != Stop::no || outbox_.is_full() || may_be_halted()) return;
  for (int rank = 0; rank < context_.ranks().size(); ++rank) {
    const auto tasks = book_.next(rank, list_ended_);
    if (tasks.empty()) continue;
    something_happened_ = true;
    if (rank == 0) {
      for (const Task* task : tasks) crew_.start(task->number, task->command, options_.time_limit);
      continue;
    }
    Order order{.kind = Order::Kind::start, .time_limit = options_.time_limit};
    for (const Task* task : tasks) order.tasks.push_back({.task = task->number, .command = task->command});
    send(rank, order);
  }
}

void Foreman::fetch(int rank, const PlacePrinted& place) {
  if (rank != 0) return send(rank, {.kind = Order::Kind::fetch, .place = place});
  try {
    outbox_.arrived(place, crew_.piece(place.task, static_cast<std::size_t>(place.stream), place.offset));
  } catch (...) {
    outbox_.abandon();
    fail(ranks::current_failure(), Stop::now);
  }
}

void Foreman::look_for_reasons_to_stop() {
  if (const int signal = stop_signal(); signal != 0) {
    const Stopped stopped(signal);
    fail({stopped.exit_code(), stopped.what()}, Stop::now);
  }
  if (options_.max_time.count() > 0 && std::chrono::steady_clock::now() - begin_ > options_.max_time) {
    fail({static_cast<int>(ExitCode::stopped), "--max-time is over"}, Stop::now);
  }
  if (const ranks::Failure failure = printer_.failure(); failure.exit_code != 0) fail(failure, Stop::now);
  watch_ranks();
  look_at_printer();
  if (stop_ != Stop::no && options_.keep_order && book_.in_flight() == 0 && doubted_.empty())
    outbox_.skip_gaps(source_.tasks() + 1);
}

/// A reader that does not read keeps a run that is stopped no longer than a moment.
void Foreman::look_at_printer() {
  const auto now = std::chrono::steady_clock::now();
  if (stop_ != Stop::now || book_.in_flight() > 0) stopped_since_ = now;
  if (now - stopped_since_ > time_to_read) printer_.give_up();
}

void Foreman::fail(ranks::Failure failure, Stop how) {
  if (failure.exit_code > 128) {
    for (const Doubted& doubted : doubted_) drop(doubted.rank, doubted.outcome);
    doubted_.clear();
  }
  if (stop_ == Stop::no) failure_ = std::move(failure);
  if (how <= stop_) return;
  stop_ = how;
  book_.forget_waiting();
  cancel(how == Stop::now);
}

void Foreman::cancel(bool running) {
  crew_.cancel(running);
  for (int rank = 1; rank < context_.ranks().size(); ++rank) {
    send(rank, {.kind = Order::Kind::cancel, .running = running});
  }
}

void Foreman::watch_ranks() {
  if (watch_.look()) {
    context_.messenger().progress();
    for (int rank = 1; rank < context_.ranks().size(); ++rank) send(rank, {.kind = Order::Kind::alive});
  }
  if (const auto finding = watch_.who_is_silent()) context_.options().watchdog.give_up(*finding);
}

bool Foreman::is_over() const {
  if (book_.in_flight() > 0 || !doubted_.empty()) return false;
  if (stop_ == Stop::no && !(list_ended_ && book_.waiting() == 0)) return false;
  return unfinished_ == 0 || outbox_.is_abandoned() || printer_.failure().exit_code != 0;
}

void Foreman::show(bool last) {
  if (!options_.show) return;
  const std::uint64_t before = source_.done_before() + source_.failed_before();
  options_.show({.done = tally_.done + tally_.failed + before,
                 .failed = tally_.failed + source_.failed_before(),
                 .running = book_.running(),
                 .total = source_.tasks() + before,
                 .total_is_known = list_ended_ || last,
                 .done_before = before});
}

void Foreman::wait() {
  const bool wants_list = !list_ended_ && stop_ == Stop::no && book_.has_room();
  if (wants_list && something_happened_ && source_.descriptor() < 0) return;  // there is more of it
  if (book_.in_flight() == 0) printer_.flush();
  const std::array files{Wait::File{crew_.is_lost() ? -1 : crew_.helper().descriptor(), crew_.helper().has_unsent()},
                         Wait::File{printer_.descriptor()}, Wait::File{wants_list ? source_.descriptor() : -1}};
  wait_.for_any(files, something_happened_);
}

Tally Foreman::tally() const {
  Tally tally = tally_;
  tally.retried = book_.retried();
  tally.done_before = source_.done_before();
  tally.failed_before = source_.failed_before();
  return tally;
}

void wait_for_farewells(const engine::Context& context) {
  int missing = context.ranks().size() - 1;
  while (missing > 0) {
    while (const auto message = context.messenger().receive(report_subject)) {
      if (Report::decode(ByteReader(message->bytes)).farewell) --missing;
    }
    context.messenger().progress();
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  if (context.ranks().size() > 1) context.messenger().wait_for_sends();
}

}  // namespace rankwise::farm
