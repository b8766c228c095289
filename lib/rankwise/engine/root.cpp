#include "rankwise/engine/root.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace rankwise::engine {
namespace {

constexpr std::chrono::microseconds alone{50'000};    // between looks for signals and at the clock
constexpr std::chrono::microseconds at_the_end{100};  // between looks for farewells

}  // namespace

Root::Root(const Context& context, const blocks::SpanCut& cut, Hands& hands, Delivery* delivery, Ledger& ledger)
    : context_(context), hands_(hands), delivery_(delivery), ledger_(ledger), blocks_(cut.grid.count()) {}

ranks::Failure Root::lead() {
  const bool others = context_.ranks().size() > 1;
  while (true) {
    bool served = false;
    note(0, hands_.report(context_.ranks()));
    if (others) {
      hear_reports();
      served = serve_input();
    }
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

void Root::hear_reports() {
  while (const auto message = context_.messenger().receive(report_subject)) {
    note(message->source, Report::decode(ByteReader(message->bytes)));
  }
  context_.messenger().progress();
}

void Root::note(int rank, const Report& report) {
  for (const blocks::Range spans : report.spans_done) ledger_.set_done(spans);
  blocks_done_ += report.blocks_done;
  if (report.wants_more) waiting_.push_back(rank);
  if (report.farewell) ++farewells_;
  if (failure_.exit_code == 0) failure_ = report.failure;
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
  if (delivery_ == nullptr || failure_.exit_code != 0) return false;
  const auto message = context_.messenger().receive(fetch_subject);
  if (!message) return false;
  ByteReader in(message->bytes);
  Order order{.kind = Order::Kind::delivered, .request = in.get<std::uint64_t>()};
  const auto request = in.get_vector<std::byte>();
  try {
    order.delivered = delivery_->serve(request);
  } catch (...) {
    failure_ = ranks::current_failure();
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

ranks::Failure Root::end() {
  const int others = context_.ranks().size() - 1;
  const auto order = Order{.kind = Order::Kind::end, .failure = failure_}.encode();
  for (int rank = 1; rank <= others; ++rank) context_.messenger().send(rank, order_subject, order);
  hands_.work().close();
  while (others > 0 && (farewells_ < others || !hands_.work().team_is_gone())) {
    hear_reports();
    // Requests that crossed with the end are let go.
    while (context_.messenger().receive(fetch_subject)) continue;
    std::this_thread::sleep_for(at_the_end);
  }
  hands_.rest();
  if (others > 0) context_.messenger().wait_for_sends();
  if (failure_.exit_code == 0) show_progress(true);
  return failure_;
}

}  // namespace rankwise::engine
