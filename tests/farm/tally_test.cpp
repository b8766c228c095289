#include "rankwise/farm/tally.hpp"

#include <gtest/gtest.h>

namespace rankwise::farm {
namespace {

TEST(Tally, KeepsTheSlowestInOrder) {
  Tally tally;
  for (int i = 0; i < 100; ++i) tally.add_slow(i * 37 % 100, i % 3, std::to_string(i * 37 % 100));
  ASSERT_EQ(tally.slowest.size(), Tally::most_slow);
  for (std::size_t i = 0; i < tally.slowest.size(); ++i) {
    EXPECT_EQ(tally.slowest[i].seconds, 99.0 - static_cast<double>(i));
    EXPECT_EQ(tally.slowest[i].command, std::to_string(99 - i));
  }
}

}  // namespace
}  // namespace rankwise::farm
