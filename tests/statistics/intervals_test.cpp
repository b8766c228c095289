#include "rankwise/statistics/intervals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "rankwise/statistics/order_key.hpp"

namespace rankwise::statistics {
namespace {

TEST(OrderKey, keys_are_ordered_as_values_are) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> reals{-infinity, -1e300, -1, -5e-324, -0.0, 0.0, 5e-324, 1, 1e300, infinity};
  for (std::size_t i = 0; i < reals.size(); ++i) {
    EXPECT_EQ(double_of_key(order_key(reals[i])), reals[i]);
    EXPECT_EQ(std::signbit(double_of_key(order_key(reals[i]))), std::signbit(reals[i]));
    if (i > 0) {
      EXPECT_LT(order_key(reals[i - 1]), order_key(reals[i]));
    }
  }
  const std::vector<std::int64_t> integers{INT64_MIN, -1, 0, 1, INT64_MAX};
  for (std::size_t i = 0; i < integers.size(); ++i) {
    EXPECT_EQ(integer_of_key(order_key(integers[i])), integers[i]);
    if (i > 0) {
      EXPECT_LT(order_key(integers[i - 1]), order_key(integers[i]));
    }
  }
  EXPECT_EQ(order_key(std::int8_t{-3}), order_key(std::int64_t{-3}));
  EXPECT_EQ(order_key(1.5F), order_key(1.5));
}

TEST(OrderKey, nan_lie_beyond_infinities) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  EXPECT_GT(order_key(std::copysign(nan, 1.0)), order_key(infinity));
  EXPECT_LT(order_key(std::copysign(nan, -1.0)), order_key(-infinity));
}

TEST(Intervals, bins_hold_all_keys) {
  for (const std::uint64_t bins : {2U, 3U, 16U, 209U, 65536U}) {
    for (const std::uint64_t width :
         {std::uint64_t{1}, bins - 1, bins, bins + 1, std::uint64_t{1} << 40, UINT64_MAX - 5, UINT64_MAX}) {
      const std::uint64_t low = UINT64_MAX - width;
      const int shift = bin_shift(low, UINT64_MAX, bins);
      EXPECT_LT(width >> shift, bins);
      EXPECT_TRUE(shift == 0 || width >> (shift - 1) >= bins) << "no finer bins would do";
    }
  }
}

TEST(Intervals, narrow_to_the_bins_of_ranks) {
  const Interval all{.low = 100, .high = 163, .below = 10, .inside = 12};
  const std::vector<std::uint64_t> counts{5, 0, 3, 4};  // bins of 16 keys
  EXPECT_EQ(narrowed(all, counts, std::vector<std::uint64_t>{3, 15, 16, 17, 21, 40}),
            (std::vector<Interval>{{132, 147, 15, 3}, {148, 163, 18, 4}}));
  EXPECT_EQ(narrowed(all, counts, std::vector<std::uint64_t>{10}), (std::vector<Interval>{{100, 115, 10, 5}}));
  EXPECT_TRUE(narrowed(all, counts, std::vector<std::uint64_t>{9, 22}).empty());
}

TEST(Intervals, the_last_bin_ends_where_the_interval_does) {
  const Interval all{.low = UINT64_MAX - 9, .high = UINT64_MAX, .below = 0, .inside = 1};
  EXPECT_EQ(narrowed(all, std::vector<std::uint64_t>{0, 0, 1}, std::vector<std::uint64_t>{0}),
            (std::vector<Interval>{{UINT64_MAX - 1, UINT64_MAX, 0, 1}}));
}

TEST(Intervals, any_key_is_found_in_the_end) {
  for (const std::uint64_t key : {std::uint64_t{0}, std::uint64_t{1} << 62, UINT64_MAX}) {
    Interval interval{.low = 0, .high = UINT64_MAX, .below = 0, .inside = 1};
    for (int pass = 0; !interval.known(); ++pass) {
      ASSERT_LT(pass, 17) << "four bits in each pass";
      std::vector<std::uint64_t> counts(16);
      ++counts[(key - interval.low) >> bin_shift(interval.low, interval.high, 16)];
      interval = narrowed(interval, counts, std::vector<std::uint64_t>{0}).at(0);
    }
    EXPECT_EQ(interval.low, key);
  }
}

TEST(Intervals, known_ones_need_no_more_passes) {
  Intervals intervals;
  intervals.all = {{5, 5, 0, 100}, {7, 9, 100, 3}};
  intervals.end_column();
  intervals.end_column();
  EXPECT_EQ(intervals.columns(), 2U);
  EXPECT_EQ(intervals.most_unknown(), 1U);
  EXPECT_EQ(intervals.unknown_values(), 3U);
  EXPECT_EQ(intervals.unknown().all, (std::vector<Interval>{{7, 9, 100, 3}}));
  EXPECT_EQ(intervals.unknown().columns(), 2U);
  EXPECT_TRUE(intervals.of(1).empty());
}

}  // namespace
}  // namespace rankwise::statistics
