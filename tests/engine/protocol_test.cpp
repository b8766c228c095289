#include "rankwise/engine/protocol.hpp"

#include <gtest/gtest.h>

namespace rankwise::engine {
namespace {

TEST(Protocol, reports_come_back_whole) {
  const Report sent{.spans_done = {{1, 2}, {5, 9}},
                    .blocks_done = 77,
                    .wants_more = true,
                    .farewell = false,
                    .failure = {3, "no such file"}};
  const auto bytes = sent.encode();
  const Report got = Report::decode(ByteReader(bytes));
  EXPECT_EQ(got.spans_done, sent.spans_done);
  EXPECT_EQ(got.blocks_done, 77U);
  EXPECT_TRUE(got.wants_more);
  EXPECT_FALSE(got.farewell);
  EXPECT_EQ(got.failure.exit_code, 3);
  EXPECT_EQ(got.failure.message, "no such file");
}

TEST(Protocol, orders_of_each_kind_come_back_whole) {
  auto bytes = Order{.kind = Order::Kind::compute, .spans = {3, 8}}.encode();
  EXPECT_EQ(Order::decode(ByteReader(bytes)).spans, (blocks::Range{3, 8}));

  bytes = Order{.kind = Order::Kind::delivered, .request = 5, .delivered = {std::byte{1}}}.encode();
  Order order = Order::decode(ByteReader(bytes));
  EXPECT_EQ(order.request, 5U);
  EXPECT_EQ(order.delivered.size(), 1U);

  Order end;
  end.kind = Order::Kind::end;
  end.hand_over_all = true;
  bytes = end.encode();
  order = Order::decode(ByteReader(bytes));
  EXPECT_EQ(order.kind, Order::Kind::end);
  EXPECT_TRUE(order.hand_over_all);
}

}  // namespace
}  // namespace rankwise::engine
