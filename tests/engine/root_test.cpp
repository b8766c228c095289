#include "rankwise/engine/root.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/session.hpp"
#include "tests/support/spelling.hpp"

namespace rankwise::engine {
namespace {

/// Rank 0 leads; the others are played by the test, message by message.
class RootTest : public testing::Test {
 protected:
  ranks::Failure lead() {
    ErasedJob job(spelling_);
    Hands hands(job, cut_, 1);
    hands.work().add(ledger_.first_shares().at(0));
    return Root(context_, cut_, hands, {}, ledger_, nullptr).lead();
  }
  void report(const Report& report) { context_.messenger().send(0, report_subject, report.encode()); }
  Order next_order() { return Order::decode(ByteReader(context_.messenger().wait_for(0, order_subject).bytes)); }
  void say_farewell() {
    report({.farewell = true});
    context_.messenger().wait_for_sends();
  }
  [[nodiscard]] int rank() const { return context_.ranks().rank(); }
  [[nodiscard]] int size() const { return context_.ranks().size(); }

  Context context_{test::session(), {}};
  test::Spelling spelling_{.cut = {300, 1}, .cost = std::chrono::microseconds(50)};
  blocks::SpanCut cut_ = blocks::cut_into_spans(spelling_.cut, {64});
  Ledger ledger_{cut_, context_.ranks().size()};  // of rank 0
};

TEST_F(RootTest, hands_out_every_span_once_and_knows_who_did_it) {
  std::vector<int> claims(cut_.count(), 0);  // which rank says that it was handed a span, from 1
  const auto claim = [&](const blocks::Range& spans) {
    for (std::uint64_t span = spans.begin; span < spans.end; ++span) claims[span] += rank() + 1;
  };
  if (rank() == 0) {
    EXPECT_EQ(lead().exit_code, 0);
    for (std::uint64_t span = 0; span < cut_.count(); ++span) {
      if (ledger_.owners()[span] == 0) claim({span, span + 1});
    }
  } else {
    const blocks::Range first = Ledger(cut_, size()).first_shares().at(static_cast<std::size_t>(rank()));
    claim(first);
    report({.spans_done = {first}, .blocks_done = first.size(), .wants_more = true});
    Order order = next_order();
    for (; order.kind == Order::Kind::compute; order = next_order()) {
      claim(order.spans);
      report({.spans_done = {order.spans}, .blocks_done = order.spans.size(), .wants_more = true});
    }
    EXPECT_EQ(order.kind, Order::Kind::end);
    say_farewell();
  }
  for (std::uint64_t span = 0; span < cut_.count(); ++span) {
    const std::uint64_t claimed = ranks::sum(context_.ranks(), static_cast<std::uint64_t>(claims[span]));
    if (rank() == 0) {
      EXPECT_EQ(claimed, static_cast<std::uint64_t>(ledger_.owners()[span]) + 1);
    }
  }
}

TEST_F(RootTest, ends_all_ranks_with_the_failure_of_one) {
  if (size() == 1) return;
  if (rank() == 0) {
    const ranks::Failure failure = lead();
    EXPECT_EQ(failure.exit_code, 3);
    EXPECT_EQ(failure.message, "the disk is gone");
    return;
  }
  if (rank() == size() - 1) report({.failure = {3, "the disk is gone"}});
  EXPECT_EQ(next_order().kind, Order::Kind::end);
  say_farewell();
}

}  // namespace
}  // namespace rankwise::engine
