#include "rankwise/statistics/linear_quantile.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace rankwise::statistics {
namespace {

TEST(LinearQuantile, lies_between_two_ranks) {
  const QuantilePosition at = linear_position(0.3, 6);
  EXPECT_EQ(at.lower, 1U);
  EXPECT_EQ(at.upper, 2U);
  EXPECT_EQ(at.weight, 5 * 0.3 - 1);
  EXPECT_EQ(linear_position(0.5, 7).lower, 3U);
  EXPECT_EQ(linear_position(0.5, 7).weight, 0);
}

TEST(LinearQuantile, ends_are_the_first_and_the_last) {
  for (const std::uint64_t count : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1} << 60}) {
    EXPECT_EQ(linear_position(0, count).lower, 0U);
    EXPECT_EQ(linear_position(1, count).lower, count - 1);
    EXPECT_EQ(linear_position(1, count).upper, count - 1);
  }
}

TEST(LinearQuantile, ranks_come_in_order_and_once) {
  EXPECT_EQ(ranks_of({1, 0.5, 0.5, 0, 0.25}, 5), (std::vector<std::uint64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(ranks_of({1, 0}, 1), (std::vector<std::uint64_t>{0}));
  EXPECT_TRUE(ranks_of({0.5}, 0).empty());
}

TEST(LinearQuantile, differences_of_integers_do_not_wrap) {
  EXPECT_EQ(interpolate(std::int8_t{-128}, std::int8_t{127}, 0.5), -0.5);
  EXPECT_EQ(interpolate(INT64_MIN, INT64_MAX, 0.0), -0x1p63);
  EXPECT_EQ(interpolate(INT64_MIN, INT64_MAX, 0.5), 0.0);
  EXPECT_EQ(interpolate(std::uint64_t{0}, UINT64_MAX, 0.25), 0x1p62);
}

TEST(LinearQuantile, infinities_are_nan_as_in_numpy) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(std::isnan(interpolate(infinity, infinity, 0.0)));
  EXPECT_TRUE(std::isnan(interpolate(1.0, infinity, 0.0)));
  EXPECT_EQ(interpolate(1.0, infinity, 0.25), infinity);
  EXPECT_EQ(interpolate(-infinity, 1.0, 0.75), -infinity);
}

}  // namespace
}  // namespace rankwise::statistics
