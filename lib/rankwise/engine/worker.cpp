#include "rankwise/engine/worker.hpp"

#include <chrono>
#include <utility>

#include "rankwise/base/stop_request.hpp"

namespace rankwise::engine {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds between_counts{250};  // of blocks that are done, for the progress shown

}  // namespace

ranks::Failure Worker::follow() {
  ranks::Failure failure;
  bool failed = false;
  auto counted = Clock::now();
  for (bool ended = false; !ended;) {
    // News that can wait stays with the team: a message for each span would drown rank 0.
    if (hands_.work().has_urgent_news() || stop_signal() != 0 || Clock::now() - counted > between_counts) {
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
