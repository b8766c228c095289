#include "rankwise/engine/worker.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "rankwise/base/stop_request.hpp"

namespace rankwise::engine {
namespace {

using Clock = std::chrono::steady_clock;

/// How often a rank tells how many blocks are done, for the progress shown: all ranks together at most 250 times a
/// second.
std::chrono::milliseconds between_counts(int ranks) {
  return std::max(std::chrono::milliseconds(250), ranks * std::chrono::milliseconds(4));
}

}  // namespace

ranks::Failure Worker::follow() {
  ranks::Failure failure;
  bool failed = false;
  const auto until_due = between_counts(context_.ranks().size());
  auto counted = Clock::now();
  for (bool ended = false; !ended;) {
    // News that can wait stays with the team: a message for each span would drown rank 0.
    if (hands_.work().has_urgent_news() || stop_signal() != 0 || Clock::now() - counted > until_due) {
      const Report report = hands_.report(context_.ranks());
      const bool failure_is_new =
          report.failure.exit_code != 0 && !std::exchange(failed, failed || report.failure.exit_code != 0);
      if (report.blocks_done > 0 || report.wants_more || failure_is_new) send(report);
      counted = Clock::now();
    }
    carry_requests();
    while (auto message = context_.messenger().receive(order_subject)) {
      Order order = Order::decode(ByteReader(message->bytes));
      switch (order.kind) {
        case Order::Kind::compute:
          hands_.work().add(order.spans);
          break;
        case Order::Kind::delivered:
          delivery_->answer(order.request, std::move(order.delivered));
          break;
        case Order::Kind::end:
          failure = std::move(order.failure);
          ended = true;
          break;
      }
    }
    context_.messenger().progress();
    if (!ended) hands_.wait_between_looks();
  }
  hands_.work().close();
  if (delivery_ != nullptr) delivery_->close();
  hands_.rest();
  send({.farewell = true});
  context_.messenger().wait_for_sends();
  return failure;
}

void Worker::send(const Report& report) {
  context_.messenger().send(0, report_subject, report.encode());
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
