#include "rankwise/learning/fit_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace rankwise::learning {
namespace {

using Order = std::vector<std::uint64_t>;

TEST(FitOrder, begins_with_what_takes_long) {
  const Dataset data(100, 9, 1);
  const std::vector<double> cs{1, 100, 10};
  const Candidates logistic{.count = 3, .at = [&](std::uint64_t i) { return LogisticOptions{.c = cs[i]}; }};
  EXPECT_EQ(fits_in_order(data, logistic, {.folds = 2}), (Order{2, 3, 4, 5, 0, 1}));
  const Candidates forests{.count = 3, .at = [&](std::uint64_t i) { return ForestOptions{.trees = 7 + i % 2}; }};
  EXPECT_EQ(fits_in_order(data, forests, {.folds = 2}), (Order{2, 3, 0, 1, 4, 5}));
}

TEST(FitOrder, has_the_same_kernel_side_by_side) {
  const Dataset data(100, 9, 1);
  const auto svc = [](double c, double gamma) {
    return SvcOptions{.c = c, .kernel = {.gamma = gamma}, .gamma = SvcOptions::Gamma::number};
  };
  const std::vector<SvcOptions> options{svc(1, 0.1), svc(1, 0.2), svc(10, 0.1), svc(10, 0.2)};
  const Candidates candidates{.count = 4, .at = [&](std::uint64_t i) { return options[i]; }};
  // gamma 0.1 with C = 10, with C = 1, then gamma 0.2
  EXPECT_EQ(fits_in_order(data, candidates, {.folds = 2}), (Order{4, 5, 0, 1, 6, 7, 2, 3}));
  // scaled features are a fold's own
  EXPECT_EQ(fits_in_order(data, candidates, {.folds = 2, .scale = true}), (Order{4, 0, 6, 2, 5, 1, 7, 3}));
  const Candidates by_variance{.count = 2, .at = [](std::uint64_t i) { return SvcOptions{.c = 1. + double(i)}; }};
  EXPECT_EQ(fits_in_order(data, by_variance, {.folds = 2}), (Order{2, 0, 3, 1}));
}

}  // namespace
}  // namespace rankwise::learning
