#include "rankwise/engine/root.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <thread>
#include <utility>

#include "rankwise/engine/checkpoint.hpp"

namespace rankwise::engine {
namespace {

constexpr std::chrono::microseconds alone{50'000};     // between looks for signals and at the clock
constexpr std::chrono::microseconds at_the_end{100};   // between looks for farewells
constexpr std::chrono::seconds longest_hand_over{10};  // who takes longer is in the next checkpoint

}  // namespace

Root::Root(const Context& context, const blocks::SpanCut& cut, Hands& hands, const PhaseOptions& options,
           Ledger& ledger, Keeper* keeper)
    : context_(context),
      hands_(hands),
      options_(options),
      ledger_(ledger),
      keeper_(keeper),
      blocks_done_(keeper == nullptr ? 0 : keeper->blocks_restored()),
      blocks_(keeper == nullptr ? cut.grid.count() : keeper->blocks()),
      watchdog_(context, hands),
      owes_(static_cast<std::size_t>(context.ranks().size())) {}

ranks::Failure Root::lead() {
  const bool others = context_.ranks().size() > 1;
  while (true) {
    bool served = false;
    note(0, hands_.report(context_.ranks()));
    if (others) {
      hear_reports();
      served = serve_input();
    }
    if (keeper_ != nullptr) keep();
    watch();
    look_at_the_time();
    if (failure_.exit_code != 0 || ledger_.all_done()) return end();
    hand_out();
    show_progress(false);
    // One request a round: work, failures and signals do not wait for all the input of the others.
    if (served) continue;
    if (others) {
      hands_.wait_between_looks();
    } else {
      hands_.work().wait_for_news(alone);
    }
  }
}

/// Asks every rank, and this one, for what is finished. Who owes an answer from before is not asked again.
void Root::collect() {
  if (collecting_) return;
  collecting_ = true;
  collecting_since_ = std::chrono::steady_clock::now();
  const auto order = Order{.kind = Order::Kind::hand_over}.encode();
  for (std::size_t rank = 0; rank < owes_.size(); ++rank) {
    if (owes_[rank]) continue;
    owes_[rank] = true;
    if (rank == 0) {
      hands_.hand_over().begin();
    } else {
      context_.messenger().send(static_cast<int>(rank), order_subject, order);
    }
  }
}

bool Root::has_all_or_waited(std::chrono::seconds longest) const {
  return std::find(owes_.begin(), owes_.end(), true) == owes_.end() ||
         std::chrono::steady_clock::now() - collecting_since_ > longest;
}

/// Gives up when nothing moves, once it is known who sits where and, as far as ranks still answer, what they have is
/// kept.
void Root::watch() {
  watchdog_.look();
  if (!watchdog_.is_alarmed()) return;
  if (keeper_ != nullptr) collect();
  watchdog_.ask();
  while (!watchdog_.has_heard_enough() || (keeper_ != nullptr && !has_all_or_waited(Watchdog::time_to_answer))) {
    note(0, hands_.report(context_.ranks()));
    hear_reports();
    take_own();
    watchdog_.look();
    std::this_thread::sleep_for(at_the_end);
  }
  if (!watchdog_.is_alarmed()) return;  // it was slow, but it moves
  give_up(watchdog_.finding());
}

/// Has what this rank has finished, unless its disk keeps it waiting, too.
void Root::wait_for_own() {
  if (keeper_ == nullptr) return;
  const auto until = std::chrono::steady_clock::now() + Watchdog::time_to_answer;
  owes_[0] = true;
  for (hands_.hand_over().begin(); owes_[0] && std::chrono::steady_clock::now() < until; take_own()) {
    std::this_thread::sleep_for(at_the_end);
  }
}

/// Ends all ranks, once what has come in is kept.
void Root::give_up(std::string finding) {
  if (keeper_ != nullptr) {
    try {
      keeper_->save();
    } catch (const std::exception& error) {
      finding += fmt::format("; {}", error.what());
    }
  }
  context_.options().watchdog.give_up(finding);
  std::abort();  // it does not return
}

void Root::keep() {
  try {
    if (keeper_->is_due()) collect();
    take_own();
    if (collecting_ && has_all_or_waited(longest_hand_over)) {
      collecting_ = false;
      keeper_->save_soon();
    }
  } catch (...) {
    fail(ranks::current_failure());
  }
}

void Root::look_at_the_time() {
  const Checkpoint* checkpoint = context_.options().checkpoint;
  if (checkpoint == nullptr || ledger_.all_done() || !checkpoint->time_is_up()) return;
  if (keeper_ != nullptr) return fail({static_cast<int>(ExitCode::stopped), "--max-time is over"});
  // To begin again with the same line would lead to the same end.
  fail({static_cast<int>(ExitCode::usage),
        "--max-time is over before the work begins: to verify the input takes longer"});
}

/// What this rank hands over, if it may go.
void Root::take_own() {
  try {
    if (const auto nodes = hands_.hand_over().poll()) take(0, *nodes);
  } catch (...) {
    owes_[0] = false;
    fail(ranks::current_failure());
  }
}

void Root::take(int rank, std::span<const std::byte> handed_over) {
  owes_[static_cast<std::size_t>(rank)] = false;
  try {
    keeper_->take(handed_over);
  } catch (...) {
    fail(ranks::current_failure());
  }
}

void Root::fail(ranks::Failure failure) {
  if (failure.exit_code == 0) return;
  if (failure_.exit_code == 0) {
    failure_ = std::move(failure);
  } else if (failure_.exit_code == static_cast<int>(ExitCode::stopped) && !std::exchange(late_failure_told_, true)) {
    failure_.message += "; " + failure.message;
  }
}

void Root::hear_reports() {
  while (const auto message = context_.messenger().receive(report_subject)) {
    note(message->source, Report::decode(ByteReader(message->bytes)));
  }
  context_.messenger().progress();
}

void Root::note(int rank, const Report& report) {
  for (const blocks::Range spans : report.spans_done) ledger_.set_done(spans);
  blocks_done_ += report.blocks_done;
  for (const Told& told : report.told) {
    if (options_.hear) options_.hear(hands_.work().grid().block_at(told.block), told.number);
  }
  if (report.wants_more) waiting_.push_back(rank);
  if (report.farewell) ++farewells_;
  // A signal that crosses with an end that went well stops whatever comes next.
  if (!ended_ || report.failure.exit_code < 128) fail(report.failure);
  if (report.handed_over) take(rank, *report.handed_over);
  watchdog_.hear(rank, report.whereabouts);
  if (report.blocks_done > 0) watchdog_.note_progress();
  if (report.farewell) watchdog_.note_farewell(rank);
}

void Root::hand_out() {
  while (!waiting_.empty()) {
    const int rank = waiting_.front();
    const auto spans = ledger_.next(rank);
    if (!spans) return;  // the ranks that wait are answered by the end
    waiting_.pop_front();
    if (rank == 0) {
      hands_.work().add(*spans);
    } else {
      context_.messenger().send(rank, order_subject, Order{.kind = Order::Kind::compute, .spans = *spans}.encode());
    }
  }
}

bool Root::serve_input() {
  if (options_.delivery == nullptr || failure_.exit_code != 0) return false;
  const auto message = context_.messenger().receive(fetch_subject);
  if (!message) return false;
  ByteReader in(message->bytes);
  Order order{.kind = Order::Kind::delivered, .request = in.get<std::uint64_t>()};
  const auto request = in.get_vector<std::byte>();
  try {
    order.delivered = options_.delivery->serve(request);
  } catch (...) {
    fail(ranks::current_failure());
    return true;
  }
  context_.messenger().send(message->source, order_subject, order.encode());
  return true;
}

void Root::show_progress(bool last) {
  if (context_.options().show_progress) {
    context_.options().show_progress({.blocks_done = last ? blocks_ : blocks_done_, .blocks = blocks_});
  }
}

void Root::end_keeping(bool all) {
  try {
    hands_.hand_over_rest(all, [&](auto nodes) { take(0, nodes); });
    if (!all && failure_.exit_code == 0) keeper_->move_to(hands_.forest());
  } catch (...) {
    fail(ranks::current_failure());
  }
}

ranks::Failure Root::end() {
  const int others = context_.ranks().size() - 1;
  // A signal, too, ends with a checkpoint.
  if (keeper_ != nullptr && failure_.exit_code > 128) failure_.exit_code = static_cast<int>(ExitCode::stopped);
  const bool all = keeper_ != nullptr && (failure_.exit_code != 0 || keeper_->is_shard());
  const auto order = Order{.kind = Order::Kind::end, .hand_over_all = all}.encode();
  for (int rank = 1; rank <= others; ++rank) context_.messenger().send(rank, order_subject, order);
  ended_ = true;
  watchdog_.note_progress();
  hands_.work().close();
  const bool alone_unwatched = others == 0 && !watchdog_.is_on();
  while (!alone_unwatched && (farewells_ < others || !hands_.work().team_is_gone())) {
    hear_reports();
    // Requests that crossed with the end are let go.
    while (context_.messenger().receive(fetch_subject)) continue;
    watchdog_.look();
    if (watchdog_.is_end_late()) {
      wait_for_own();
      give_up(watchdog_.who_is_late());
    }
    std::this_thread::sleep_for(at_the_end);
  }
  hands_.rest();
  if (others > 0) context_.messenger().wait_for_sends();
  if (keeper_ != nullptr) end_keeping(all);
  if (failure_.exit_code == 0) show_progress(true);
  return failure_;
}

}  // namespace rankwise::engine
