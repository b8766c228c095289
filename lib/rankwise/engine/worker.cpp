#include "rankwise/engine/worker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "rankwise/base/stop_request.hpp"

namespace rankwise::engine {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::microseconds at_the_end{100};  // between looks for the team's leaving

/// How often a rank tells how many blocks are done, for the progress shown: all ranks together at most 250 times a
/// second.
std::chrono::milliseconds between_counts(int ranks) {
  return std::max(std::chrono::milliseconds(250), ranks * std::chrono::milliseconds(4));
}

}  // namespace

void Worker::follow() {
  bool failed = false, hand_over_all = false;
  const auto until_due = between_counts(context_.ranks().size());
  auto counted = Clock::now();
  for (bool ended = false; !ended;) {
    // News that can wait stays with the team: a message for each span would drown rank 0.
    if (hands_.work().has_urgent_news() || stop_signal() != 0 || Clock::now() - counted > until_due) {
      const Report report = hands_.report(context_.ranks());
      const bool failure_is_new = report.failure.exit_code != 0 && !std::exchange(failed, true);
      if (report.blocks_done > 0 || report.wants_more || failure_is_new) send(report);
      counted = Clock::now();
    }
    carry_requests();
    hand_over();
    while (auto message = context_.messenger().receive(order_subject)) {
      Order order = Order::decode(ByteReader(message->bytes));
      heard_ = std::max(heard_, clock_.now());
      switch (order.kind) {
        case Order::Kind::compute:
          hands_.work().add(order.spans);
          break;
        case Order::Kind::delivered:
          delivery_->answer(order.request, std::move(order.delivered));
          break;
        case Order::Kind::hand_over:
          hands_.hand_over().begin();
          break;
        case Order::Kind::tell_where:
          tell_where();
          heard_ = clock_.now() + std::chrono::minutes(1);  // rank 0 may give up, and the end takes its time
          break;
        case Order::Kind::alive:
          send({});  // so is this rank
          break;
        case Order::Kind::end:
          hand_over_all = order.hand_over_all;
          ended = true;
          break;
      }
    }
    context_.messenger().progress();
    if (!ended) watch_root();
    if (!ended) hands_.wait_between_looks();
  }
  hands_.work().close();
  if (delivery_ != nullptr) delivery_->close();
  while (!hands_.work().team_is_gone()) {  // what is on its way to rank 0 arrives meanwhile
    context_.messenger().progress();
    std::this_thread::sleep_for(at_the_end);
  }
  hands_.rest();
  try {
    hands_.hand_over_rest(hand_over_all, [&](auto nodes) { send({.handed_over = std::move(nodes)}); });
  } catch (...) {
    send_failure();
  }
  send({.farewell = true});
  context_.messenger().wait_for_sends();
}

void Worker::watch_root() {
  const auto& watchdog = context_.options().watchdog;
  clock_.look();
  // One rank is enough to tell, unless that one is stuck, too.
  const int ranks_before = std::min(context_.ranks().rank() - 1, 2);
  const auto silence = clock_.now() - heard_;
  if (watchdog.silence.count() > 0 && silence > (1 + ranks_before) * watchdog.silence) {
    watchdog.give_up(fmt::format("rank 0 does not answer: nothing has been heard of it for {:.1f} s",
                                 std::chrono::duration<double>(silence).count()));
  }
}

void Worker::send(const Report& report) {
  context_.messenger().send(0, report_subject, report.encode());
}

void Worker::tell_where() {
  Report report;
  report.whereabouts = hands_.whereabouts(context_.ranks());
  send(report);
}

/// @pre called in a catch block
void Worker::send_failure() {
  Report report;
  report.failure = ranks::current_failure();
  send(report);
}

void Worker::hand_over() {
  try {
    if (auto nodes = hands_.hand_over().poll()) send({.handed_over = std::move(nodes)});
  } catch (...) {
    send_failure();
  }
}

void Worker::carry_requests() {
  if (delivery_ == nullptr) return;
  for (Delivery::Request& request : delivery_->take_requests()) {
    ByteWriter out;
    out.put(request.id);
    out.put_vector(request.bytes);
    context_.messenger().send(0, fetch_subject, out.take());
  }
}

}  // namespace rankwise::engine
