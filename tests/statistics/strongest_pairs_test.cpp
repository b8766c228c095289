#include "rankwise/statistics/strongest_pairs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace rankwise::statistics {
namespace {

TEST(StrongestPairs, are_the_same_in_whatever_order_they_come) {
  std::vector<Pair> pairs;
  for (std::uint64_t a = 0; a < 20; ++a) {
    for (std::uint64_t b = a + 1; b < 20; ++b) {
      const double size = static_cast<double>((a * b) % 7) / 7;
      pairs.push_back({.a = a, .b = b, .value = (a + b) % 2 == 0 ? size : -size});
    }
  }
  auto expected = pairs;
  std::stable_sort(expected.begin(), expected.end(),
                   [](const Pair& l, const Pair& r) { return std::abs(l.value) > std::abs(r.value); });
  std::mt19937 random(1);
  for (const std::size_t most : {0U, 1U, 10U, 190U, 1000U}) {
    std::shuffle(pairs.begin(), pairs.end(), random);
    StrongestPairs strongest(most);
    for (const Pair& pair : pairs) strongest.add(pair);
    const auto first = expected.begin();
    EXPECT_EQ(strongest.take(),
              std::vector<Pair>(first, first + static_cast<std::ptrdiff_t>(std::min(most, expected.size()))));
  }
}

TEST(StrongestPairs, leave_nan_out) {
  StrongestPairs strongest(3);
  strongest.add({.a = 0, .b = 1, .value = std::numeric_limits<double>::quiet_NaN()});
  strongest.add({.a = 0, .b = 2, .value = 0});
  EXPECT_EQ(strongest.take(), (std::vector<Pair>{{.a = 0, .b = 2, .value = 0}}));
}

}  // namespace
}  // namespace rankwise::statistics
