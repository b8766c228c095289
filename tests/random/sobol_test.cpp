#include "rankwise/random/sobol.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <boost/random/sobol.hpp>
#include <cmath>
#include <set>

namespace rankwise::random {
namespace {

TEST(Sobol, directions_give_boosts_points) {
  constexpr std::size_t dimensions = most_sobol_dimensions;
  const auto directions = sobol_directions(dimensions);
  boost::random::sobol engine(dimensions);
  std::vector<std::uint64_t> point(dimensions);
  for (std::uint64_t n = 1; n < 300; ++n) {  // Boost leaves out the first point, which is 0
    for (std::size_t d = 0; d < dimensions; ++d) {
      point[d] ^= directions[d][static_cast<std::size_t>(std::countr_zero(n))];
      ASSERT_EQ(point[d], engine()) << "point " << n << ", dimension " << d;
    }
  }
}

TEST(Sobol, first_points_are_the_published_ones) {
  // S. Joe and F. Y. Kuo's sobol.cc with new-joe-kuo-6.21201: points 1 to 7 in five dimensions.
  const std::array<std::array<double, 5>, 7> published{{{0.5, 0.5, 0.5, 0.5, 0.5},
                                                        {0.75, 0.25, 0.25, 0.25, 0.75},
                                                        {0.25, 0.75, 0.75, 0.75, 0.25},
                                                        {0.375, 0.375, 0.625, 0.875, 0.375},
                                                        {0.875, 0.875, 0.125, 0.375, 0.875},
                                                        {0.625, 0.125, 0.875, 0.625, 0.625},
                                                        {0.125, 0.625, 0.375, 0.125, 0.125}}};
  const auto directions = sobol_directions(5);
  std::array<std::uint64_t, 5> point{};
  for (std::uint64_t n = 1; n <= published.size(); ++n) {
    for (std::size_t d = 0; d < point.size(); ++d) {
      point[d] ^= directions[d][static_cast<std::size_t>(std::countr_zero(n))];
      EXPECT_EQ(static_cast<double>(point[d]) * 0x1p-64, published[n - 1][d]) << n << ", " << d;
    }
  }
}

TEST(Sobol, scrambled_points_stay_even) {
  // Of the first 2^k points of each dimension, one lies in each of 2^k equal intervals.
  for (const std::uint64_t replicate : {0U, 1U, 15U}) {
    const ScrambledSobol points(50, 7, replicate);
    for (std::size_t d = 0; d < 50; ++d) {
      std::vector<double> values(1024);
      points.fill(d, 0, values);
      std::set<int> cells;
      for (const double value : values) cells.insert(static_cast<int>(value * 1024));
      EXPECT_EQ(cells.size(), 1024U);
      EXPECT_GE(*std::min_element(values.begin(), values.end()), 0);
      EXPECT_LT(*std::max_element(values.begin(), values.end()), 1);
    }
  }
}

TEST(Sobol, pairs_of_the_first_dimensions_fill_all_cells) {
  // Sobol's property A: of 2^2 points in 2 dimensions one in each quarter; it survives scrambling.
  const ScrambledSobol points(2, 3, 4);
  std::vector<double> x(64), y(64);
  points.fill(0, 64, x);
  points.fill(1, 64, y);
  std::set<int> cells;
  for (std::size_t i = 0; i < x.size(); ++i) {
    cells.insert(static_cast<int>(x[i] * 8) * 8 + static_cast<int>(y[i] * 8));
  }
  EXPECT_EQ(cells.size(), 64U);
}

TEST(Sobol, a_point_depends_on_its_number_alone) {
  const ScrambledSobol points(3, 1, 2);
  std::vector<double> all(5000), some(1234);
  points.fill(2, 0, all);
  points.fill(2, 777, some);
  EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin() + 777));
}

TEST(Sobol, each_point_is_uniform_over_replicates) {
  double sum = 0, squares = 0;
  constexpr int replicates = 4000;
  for (std::uint64_t r = 0; r < replicates; ++r) {
    std::vector<double> first(1);
    ScrambledSobol(3, 5, r).fill(2, 12345, first);
    sum += first[0];
    squares += first[0] * first[0];
  }
  EXPECT_NEAR(sum / replicates, 0.5, 5 / std::sqrt(12.0 * replicates));
  EXPECT_NEAR(squares / replicates, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / replicates));
}

}  // namespace
}  // namespace rankwise::random
