#include "rankwise/kernels/purities.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "rankwise/kernels/targets.hpp"

namespace rankwise::kernels {
namespace {

void expect_reference(std::size_t ranks, std::size_t classes, std::uint64_t greatest) {
  const std::size_t stride = (classes + class_stride - 1) / class_stride * class_stride;
  std::mt19937_64 random(ranks * 1000 + classes);
  std::vector<std::uint32_t> weights(ranks * stride);
  std::vector<double> totals(stride);
  for (std::size_t r = 0; r < ranks; ++r) {
    for (std::size_t k = 0; k < classes; ++k) {
      weights[r * stride + k] = random() % 3 == 0 ? 0 : static_cast<std::uint32_t>(random() % (greatest + 1));
      totals[k] += weights[r * stride + k];
    }
  }
  std::vector<double> expected(ranks);
  reference::purities(weights.data(), ranks, totals.data(), stride, expected.data());
  for_each_target([&](const std::string& target) {
    std::vector<double> found(ranks);
    purities(weights.data(), ranks, totals.data(), stride, found.data());
    for (std::size_t r = 0; r < ranks; ++r) {
      if (std::isnan(expected[r]) && std::isnan(found[r])) continue;
      EXPECT_EQ(std::memcmp(&found[r], &expected[r], sizeof(double)), 0) << target << " " << r;
    }
  });
}

TEST(Purities, every_target_equals_the_reference) {
  for (const std::size_t ranks : {1U, 2U, 17U, 256U}) {
    for (const std::size_t classes : {2U, 8U, 9U, 10U, 16U, 100U, 300U}) {
      expect_reference(ranks, classes, 5);
      expect_reference(ranks, classes, 10'000);
    }
  }
}

TEST(Purities, of_a_clean_cut_are_all_that_there_is) {
  std::vector<std::uint32_t> weights(3 * class_stride);
  std::vector<double> totals(class_stride), found(3);
  weights[0] = 7;
  weights[class_stride + 1] = 5;
  totals[0] = 7;
  totals[1] = 5;
  purities(weights.data(), 3, totals.data(), class_stride, found.data());
  EXPECT_EQ(found[0], 12);
  EXPECT_TRUE(std::isnan(found[1]));
}

}  // namespace
}  // namespace rankwise::kernels
