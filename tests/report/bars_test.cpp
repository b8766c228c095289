#include "rankwise/report/bars.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rankwise::report {
namespace {

std::string bars_of(const std::vector<std::uint64_t>& counts, std::size_t most = 24) {
  return bars(counts, most);
}

TEST(Bars, the_highest_is_full_and_none_is_a_dot) {
  EXPECT_EQ(bars_of({0, 1, 4, 8}), "·▁▄█");
  EXPECT_EQ(bars_of({1, 1000000}), "▁█");
  EXPECT_EQ(bars_of({0, 0}), "··");
  EXPECT_EQ(bars_of({UINT64_MAX, 0}), "█·");
  EXPECT_EQ(bars_of({}), "");
}

TEST(Bars, neighbours_share_a_bar_where_there_are_many) {
  EXPECT_EQ(bars_of({1, 1, 2, 2, 4, 4}, 3), "▂▄█");
  EXPECT_EQ(bars_of({1, 1, 1, 1, 1}, 2), "█▆");
}

}  // namespace
}  // namespace rankwise::report
