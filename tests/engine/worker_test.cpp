#include "rankwise/engine/worker.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "tests/support/session.hpp"
#include "tests/support/spelling.hpp"

namespace rankwise::engine {
namespace {

/// All ranks but 0 work; rank 0 is played by the test, message by message.
class WorkerTest : public testing::Test {
 protected:
  void order(int rank, const Order& order) { context_.messenger().send(rank, order_subject, order.encode()); }
  Report next_report(int rank) {
    return Report::decode(ByteReader(context_.messenger().wait_for(rank, report_subject).bytes));
  }
  /// @return how many failures it has told meanwhile
  int end(int rank) {
    order(rank, {.kind = Order::Kind::end});
    int failures = 0;
    while (true) {
      const Report report = next_report(rank);
      if (report.failure.exit_code != 0) ++failures;
      if (report.farewell) return failures;
    }
  }

  Context context_{test::session(), {}};
  int me_ = context_.ranks().rank(), size_ = context_.ranks().size();
};

TEST_F(WorkerTest, computes_what_it_is_ordered_and_leaves_at_the_end) {
  const test::Spelling spelling{.cut = {7, 1}};
  const blocks::SpanCut cut = blocks::cut_into_spans(spelling.cut, {64});
  if (me_ != 0) {
    ErasedJob job(spelling);
    Hands hands(job, cut, test::threads());
    Worker(context_, hands, nullptr).follow();
    EXPECT_EQ(hands.forest().size(), 3U);
    EXPECT_EQ(ErasedJob<test::Spelling>::typed(hands.forest().take({4, 0, 0})), "4.0");
    return;
  }
  for (int rank = 1; rank < size_; ++rank) {
    EXPECT_TRUE(next_report(rank).wants_more) << "a rank without work asks for it";
    order(rank, {.kind = Order::Kind::compute, .spans = {2, 5}});
    std::uint64_t done = 0;
    while (done < 3) {
      for (const auto& spans : next_report(rank).spans_done) done += spans.size();
    }
    EXPECT_EQ(end(rank), 0);
  }
  context_.messenger().wait_for_sends();
}

TEST_F(WorkerTest, tells_its_failure_once_and_waits_for_the_end) {
  const test::Spelling spelling{.cut = {7, 1}, .throws_at = 3};
  const blocks::SpanCut cut = blocks::cut_into_spans(spelling.cut, {64});
  if (me_ != 0) {
    ErasedJob job(spelling);
    Hands hands(job, cut, test::threads());
    Worker(context_, hands, nullptr).follow();
    return;
  }
  for (int rank = 1; rank < size_; ++rank) {
    order(rank, {.kind = Order::Kind::compute, .spans = {0, 7}});
    Report report = next_report(rank);
    while (report.failure.exit_code == 0) report = next_report(rank);
    EXPECT_TRUE(report.failure.message.starts_with("block is bad"));
    EXPECT_EQ(end(rank), 0) << "told already";
  }
  context_.messenger().wait_for_sends();
}

}  // namespace
}  // namespace rankwise::engine
