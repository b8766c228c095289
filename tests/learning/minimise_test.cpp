#include "rankwise/learning/minimise.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace rankwise::learning {
namespace {

/// H. H. Rosenbrock's valley, of pairs of numbers; its minimum is at (1, 1, ...).
double valley(std::span<const double> x, std::span<double> gradient) {
  double value = 0;
  for (std::size_t i = 0; i + 1 < x.size(); i += 2) {
    const double across = x[i + 1] - x[i] * x[i], along = 1 - x[i];
    value += 100 * across * across + along * along;
    gradient[i] = -400 * x[i] * across - 2 * along;
    gradient[i + 1] = 200 * across;
  }
  return value;
}

TEST(Minimise, follows_a_bent_valley) {
  std::vector<double> x(20, -1.2);
  EXPECT_TRUE(minimise(valley, x, {.tolerance = 1e-10}));
  for (const double each : x) EXPECT_NEAR(each, 1, 1e-9);
}

TEST(Minimise, stops_where_rounding_ends_it) {
  std::vector<double> x{3};
  const auto function = [](std::span<const double> at, std::span<double> gradient) {
    gradient[0] = 2e10 * (at[0] - 0.1);
    return 1e10 * (at[0] - 0.1) * (at[0] - 0.1) + 1e6;
  };
  EXPECT_TRUE(minimise(function, x, {.tolerance = 0, .most_iterations = 100}));
  EXPECT_NEAR(x[0], 0.1, 1e-8);
}

TEST(Minimise, says_that_it_did_not_get_there) {
  std::vector<double> x{-1.2, 1};
  EXPECT_FALSE(minimise(valley, x, {.most_iterations = 5}));
  EXPECT_LT(x[0], 1);
}

}  // namespace
}  // namespace rankwise::learning
