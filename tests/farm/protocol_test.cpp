#include "rankwise/farm/protocol.hpp"

#include <gtest/gtest.h>

namespace rankwise::farm {
namespace {

Order decoded(const std::vector<std::byte>& bytes) {
  return Order::decode(ByteReader(bytes));
}

TEST(FarmProtocol, AReportArrivesAsItWas) {
  Report report;
  report.hello = Hello{.jobs = 7, .host = "node"};
  report.outcomes.push_back({.task = 3,
                             .how = processes::Ended::How::time_limit,
                             .exit_code = 143,
                             .signal = 15,
                             .reason = "late",
                             .start = 1.5,
                             .seconds = 2.5,
                             .peak_bytes = 99,
                             .printed = {Printed{.size = 3, .bytes = "out"}, Printed{.size = 1U << 20}},
                             .err_end = "end"});
  report.place = PlacePrinted{.task = 1, .stream = 1, .offset = 5};
  report.piece = std::string("a\0b", 3);
  report.lost = true;
  report.farewell = true;
  report.failure = {4, "oh"};
  const auto bytes = report.encode();
  const Report same = Report::decode(ByteReader(bytes));
  EXPECT_EQ(same.hello->jobs, 7U);
  EXPECT_EQ(same.hello->host, "node");
  ASSERT_EQ(same.outcomes.size(), 1U);
  const Outcome& outcome = same.outcomes[0];
  EXPECT_EQ(outcome.task, 3U);
  EXPECT_EQ(outcome.how, processes::Ended::How::time_limit);
  EXPECT_EQ(outcome.exit_code, 143);
  EXPECT_EQ(outcome.signal, 15);
  EXPECT_EQ(outcome.reason, "late");
  EXPECT_EQ(outcome.start, 1.5);
  EXPECT_EQ(outcome.seconds, 2.5);
  EXPECT_EQ(outcome.peak_bytes, 99U);
  EXPECT_EQ(outcome.printed[0].bytes, "out");
  EXPECT_TRUE(outcome.printed[1].is_kept_elsewhere() && !outcome.printed[0].is_kept_elsewhere());
  EXPECT_EQ(outcome.err_end, "end");
  EXPECT_TRUE(outcome.counts() && outcome.failed());
  EXPECT_EQ(same.place->offset, 5U);
  EXPECT_EQ(same.piece, report.piece);
  EXPECT_TRUE(same.lost && same.farewell);
  EXPECT_EQ(same.failure.exit_code, 4);
  EXPECT_EQ(same.failure.message, "oh");
}

TEST(FarmProtocol, AnOrderArrivesAsItWas) {
  Order order{.kind = Order::Kind::start, .time_limit = std::chrono::milliseconds(50)};
  order.tasks.push_back({.task = 9, .command = {.words = {"a", "b c"}, .line = "a 'b c'"}});
  Order same = decoded(order.encode());
  ASSERT_EQ(same.tasks.size(), 1U);
  EXPECT_EQ(same.tasks[0].task, 9U);
  EXPECT_EQ(same.tasks[0].command.words, order.tasks[0].command.words);
  EXPECT_EQ(same.tasks[0].command.line, "a 'b c'");
  EXPECT_EQ(same.time_limit.count(), 50);
  same = decoded(Order{.kind = Order::Kind::fetch, .place = {.task = 4, .stream = 1}}.encode());
  EXPECT_EQ(same.place.task, 4U);
  same = decoded(Order{.kind = Order::Kind::cancel, .running = true}.encode());
  EXPECT_TRUE(same.running);
  same = decoded(Order{.kind = Order::Kind::end, .failure = {3, "why"}}.encode());
  EXPECT_EQ(same.failure.message, "why");
  EXPECT_EQ(decoded(Order{}.encode()).kind, Order::Kind::alive);
}

}  // namespace
}  // namespace rankwise::farm
