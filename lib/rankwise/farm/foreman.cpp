#include "rankwise/farm/foreman.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <thread>
#include <utility>

#include "rankwise/base/errors.hpp"
#include "rankwise/base/stop_request.hpp"
#include "rankwise/farm/results_folder.hpp"

namespace rankwise::farm {
namespace {

constexpr std::uint64_t most_read_at_once = 4096;  // tasks of the list, before what else is to be done
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

}  // namespace

Foreman::Foreman(const engine::Context& context, Crew& crew, const MapOptions& options)
    : context_(context),
      crew_(crew),
      options_(options),
      watch_(context),
      printer_({.streams = options.print, .clears_line = options.clears_line},
               open_log(options, finished_, [this] { watch_ranks(); }), open_results(options)),
      source_(options, std::move(finished_)),
      outbox_(printer_, options.keep_order,
              {.fetch = [this](int rank, const PlacePrinted& place) { fetch(rank, place); },
               .drop = [this](int rank, std::uint64_t task) { drop(rank, task); }}),
      endings_(options, context.ranks().size(), outbox_, [this](int rank, std::uint64_t task) { drop(rank, task); }),
      book_(context.ranks().size(), options.tries),
      wait_(context.ranks().size() > 1) {
  book_.set_jobs(0, crew.jobs());
  endings_.set_rank(0, ranks::host_name(), crew.jobs());
}

ranks::Failure Foreman::lead() {
  while (true) {
    something_happened_ = false;
    read_list();
    hear();
    outbox_.advance();
    done_ += printer_.take_done().size();
    look_at_endings();
    look_for_reasons_to_stop();
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
    endings_.set_rank(rank, report.hello->host, report.hello->jobs);
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
  endings_.count_try(rank, outcome);
  if (auto task = book_.end(outcome.task, outcome.failed(), outcome.seconds)) {
    keep_going([&] { endings_.add(rank, *std::move(task), outcome); });
    return;
  }
  if (stop_ != Stop::no) book_.forget_waiting();
  endings_.drop(rank, outcome);
}

/// Nobody wants what it printed.
void Foreman::drop(int rank, std::uint64_t task) {
  if (rank == 0) return crew_.drop(task);
  send(rank, {.kind = Order::Kind::drop, .place = {.task = task}});
}

/// Does what may find that output cannot be had or kept: then what runs is ended, and the rest is not printed.
void Foreman::keep_going(const std::function<void()>& act) {
  try {
    act();
  } catch (...) {
    outbox_.abandon();
    fail(ranks::current_failure(), Stop::now);
  }
}

void Foreman::look_at_endings() {
  keep_going([this] { endings_.look(); });
  if (stop_ != Stop::no) return;
  const auto enough = endings_.enough();
  if (!enough) return;
  fail({static_cast<int>(ExitCode::failed), *enough}, options_.halt.when == Halt::When::now ? Stop::now : Stop::soon);
}

/// The rank's helper was killed: another rank does what it had.
void Foreman::lose(int rank) {
  for (const Task& task : book_.remove(rank)) keep_going([&] { endings_.add_lost(rank, task); });
  if (options_.note) {
    options_.note(fmt::format("the helper process of rank {} on {} was killed; its tasks {}", rank,
                              endings_.tally().ranks[static_cast<std::size_t>(rank)].host,
                              book_.has_ranks() ? "go to other ranks" : "are not done"));
  }
  if (!book_.has_ranks()) {
    fail({static_cast<int>(ExitCode::internal), "no rank can start processes any more: their helpers were killed"},
         Stop::now);
  }
}

void Foreman::hand_out() {
  if (stop_ != Stop::no || outbox_.is_full() || endings_.may_be_enough()) return;
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
  keep_going(
      [&] { outbox_.arrived(place, crew_.piece(place.task, static_cast<std::size_t>(place.stream), place.offset)); });
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
  const bool all_have_ended = book_.in_flight() == 0 && !endings_.has_doubts();
  if (stop_ != Stop::no && options_.keep_order && all_have_ended) {
    keep_going([this] { outbox_.skip_gaps(source_.tasks() + 1); });
  }
}

/// A reader that does not read keeps a run that is stopped no longer than a moment.
void Foreman::look_at_printer() {
  const auto now = std::chrono::steady_clock::now();
  if (stop_ != Stop::now || book_.in_flight() > 0) stopped_since_ = now;
  if (now - stopped_since_ > time_to_read) printer_.give_up();
}

void Foreman::fail(ranks::Failure failure, Stop how) {
  if (failure.exit_code > 128) endings_.forget_doubted();
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
  if (book_.in_flight() > 0 || endings_.has_doubts()) return false;
  if (stop_ == Stop::no && !(list_ended_ && book_.waiting() == 0)) return false;
  return done_ == endings_.finished() || outbox_.is_abandoned() || printer_.failure().exit_code != 0;
}

void Foreman::show(bool last) {
  if (!options_.show) return;
  const std::uint64_t before = source_.done_before() + source_.failed_before();
  options_.show({.done = endings_.finished() + before,
                 .failed = endings_.tally().failed + source_.failed_before(),
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
  Tally tally = endings_.tally();
  if (printer_.failure().exit_code != 0) tally.done = std::min(tally.done, done_);  // what was not printed is not done
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
