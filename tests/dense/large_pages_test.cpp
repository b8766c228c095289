#include "rankwise/dense/large_pages.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rankwise::dense {
namespace {

TEST(LargePages, give_room_of_any_size) {
  for (const std::size_t size : {0U, 1U, 1000U, 262'144U, 1'000'003U}) {
    const std::vector<double> room = room_in_large_pages(size);
    EXPECT_TRUE(room.empty());
    EXPECT_GE(room.capacity(), size);
    const std::vector<double> zeros = zeros_in_large_pages(size);
    EXPECT_EQ(zeros.size(), size);
    EXPECT_TRUE(std::all_of(zeros.begin(), zeros.end(), [](double each) { return each == 0; }));
  }
}

TEST(LargePages, do_not_touch_what_lies_beside_them) {
  std::vector<std::vector<double>> many;
  for (std::size_t i = 0; i < 20; ++i) {
    many.push_back(zeros_in_large_pages(100'000 + 7 * i));
    std::fill(many.back().begin(), many.back().end(), static_cast<double>(i));
  }
  for (std::size_t i = 0; i < many.size(); ++i) {
    EXPECT_TRUE(
        std::all_of(many[i].begin(), many[i].end(), [&](double each) { return each == static_cast<double>(i); }));
  }
}

}  // namespace
}  // namespace rankwise::dense
