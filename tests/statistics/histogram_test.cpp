#include "rankwise/statistics/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace rankwise::statistics {
namespace {

std::size_t bin_of(const EqualBins& bins, double value) {
  std::vector<std::uint64_t> counts(bins.edges().size() - 1);
  EXPECT_TRUE(bins.count<double>(std::span(&value, 1), counts));
  return static_cast<std::size_t>(std::find(counts.begin(), counts.end(), 1U) - counts.begin());
}

TEST(EqualBins, a_bin_holds_its_lower_edge_and_the_last_one_both) {
  const EqualBins bins(-0.3, 0.7, 10);
  ASSERT_TRUE(bins.valid());
  ASSERT_EQ(bins.edges().size(), 11U);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(bin_of(bins, bins.edges()[i]), i);
    EXPECT_EQ(bin_of(bins, std::nextafter(bins.edges()[i + 1], -1)), i);
  }
  EXPECT_EQ(bin_of(bins, 0.7), 9U);
}

TEST(EqualBins, equal_values_lie_in_the_middle) {
  const EqualBins bins(3, 3, 4);
  EXPECT_EQ(bins.edges(), (std::vector<double>{2.5, 2.75, 3, 3.25, 3.5}));
  EXPECT_EQ(bin_of(bins, 3), 2U);
}

TEST(EqualBins, denormal_ranges_have_bins) {
  const EqualBins bins(0, 1e-322, 4);
  ASSERT_TRUE(bins.valid());
  EXPECT_EQ(bin_of(bins, 0), 0U);
  EXPECT_EQ(bin_of(bins, 1e-322), 3U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(bin_of(bins, bins.edges()[i]), i);
}

TEST(EqualBins, edges_must_be_finite_and_differ) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(EqualBins(0, infinity, 3).valid());
  EXPECT_FALSE(EqualBins(-infinity, infinity, 3).valid());
  EXPECT_FALSE(EqualBins(-1.7e308, 1.7e308, 3).valid());
  EXPECT_FALSE(EqualBins(1e20, 1e20, 1).valid());
  EXPECT_FALSE(EqualBins(1, std::nextafter(1, 2), 2).valid());
  EXPECT_TRUE(EqualBins(1, std::nextafter(1, 2), 1).valid());
}

TEST(EqualBins, values_outside_of_the_range_are_told) {
  const EqualBins bins(0, 1, 4);
  std::vector<std::uint64_t> counts(4);
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(bins.count<double>(std::vector{0.0, 1.0, nan, 0.3}, counts));
  EXPECT_EQ(counts, (std::vector<std::uint64_t>{1, 1, 0, 1}));
  for (const double outside : {-1e-300, -5.0, 1.0000001, 1e300, -1e300, infinity, -infinity}) {
    EXPECT_FALSE(bins.count<double>(std::vector{outside}, counts)) << outside;
  }
}

}  // namespace
}  // namespace rankwise::statistics
