#include "rankwise/montecarlo/pi.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "rankwise/kernels/hits.hpp"
#include "tests/support/session.hpp"

namespace rankwise::montecarlo {
namespace {

PiEstimate estimate(std::uint64_t samples, std::uint64_t seed) {
  const engine::Context context(test::session(), {.threads = test::threads(), .memory = {}, .show_progress = {}});
  return estimate_pi(context, {.samples = samples, .seed = seed});
}

TEST(Pi, shares_add_up_for_any_number_of_samples) {
  const bool is_root = test::session().ranks().is_root();
  const random::Stream stream(5, random::StreamName::pi);
  for (const std::uint64_t samples : {1U, 2U, 3U, 7U, 1000U, (1U << 22) - 1, (1U << 22) + 1, 12345679U}) {
    const PiEstimate result = estimate(samples, 5);
    if (!is_root) continue;
    EXPECT_EQ(result.samples, samples);
    EXPECT_EQ(result.hits, kernels::reference::count_hits(stream, 0, samples)) << samples;
  }
}

TEST(Pi, knows_its_error) {
  PiEstimate e{.samples = 10000, .seed = 0, .hits = 7854};
  EXPECT_DOUBLE_EQ(e.value(), 3.1416);
  EXPECT_NEAR(e.standard_error(), 4 * std::sqrt(0.7854 * 0.2146 / 10000), 1e-15);
  const std::string digest = e.digest();
  e.hits = 7855;
  EXPECT_NE(e.digest(), digest);
}

TEST(Pi, points_are_surely_enough_by_a_margin_that_the_first_batch_earns) {
  EXPECT_DOUBLE_EQ(surely_enough({.samples = 4, .seed = 0, .hits = 4}, 0.5), 16.0) << "all hits, and nothing learnt";
  EXPECT_DOUBLE_EQ(surely_enough({.samples = 16, .seed = 0, .hits = 8}, 1), 4.0);
  const PiEstimate usual{.samples = 1U << 24, .seed = 0, .hits = 13176795};
  EXPECT_NEAR(samples_for_error(1e-3), 2.6968e6, 100);
  EXPECT_GT(surely_enough(usual, 1e-3), samples_for_error(1e-3));
  EXPECT_LT(surely_enough(usual, 1e-3), samples_for_error(1e-3) * 1.002);
}

class PiUntilError : public testing::Test {
 protected:
  PiEstimate estimate(std::uint64_t seed, double error, std::uint64_t most = 1U << 20) const {
    return estimate_pi(context_, {.samples = most, .seed = seed, .until_error = error, .batches = {.first = 16}});
  }
  const engine::Context context_{test::session(), {.threads = test::threads(), .memory = {}, .show_progress = {}}};
};

TEST_F(PiUntilError, stops_at_a_batch_border_with_the_hits_of_as_many_samples) {
  for (const double error : {1.0, 0.3, 0.05, 0.012}) {
    const PiEstimate result = estimate(3, error);
    EXPECT_EQ(result.samples & (result.samples - 1), 0U) << "doubled from 16: " << result.samples;
    EXPECT_LE(result.standard_error(), error);
    EXPECT_LE(static_cast<double>(result.samples), std::max(16.0, 4 * samples_for_error(error)));
    const PiEstimate plain = estimate_pi(context_, {.samples = result.samples, .seed = 3});
    EXPECT_EQ(result.hits, plain.hits);
    EXPECT_EQ(result.digest(), plain.digest());
  }
}

TEST_F(PiUntilError, draws_no_more_than_it_may) {
  EXPECT_EQ(estimate(3, 1e-9, 1000).samples, 1000U);
  EXPECT_EQ(estimate(3, 1e-9, 7).samples, 7U);
  EXPECT_EQ(estimate(3, 0.05, 1000000).samples, 2048U);
}

TEST_F(PiUntilError, batches_are_told_before_they_are_drawn) {
  std::vector<std::uint64_t> borders;
  const auto note = [&](blocks::Range points) {
    if (borders.empty()) borders.push_back(points.begin);
    EXPECT_EQ(points.begin, borders.back());
    borders.push_back(points.end);
  };
  estimate_pi(context_,
              {.samples = 100, .seed = 0, .until_error = 1e-9, .batches = {.first = 16}, .before_batch = note});
  EXPECT_EQ(borders, (std::vector<std::uint64_t>{0, 16, 32, 64, 100}));
}

/// Also where an error lies right between two borders (0.0725: between 2048 and 4096 points).
TEST_F(PiUntilError, stopping_does_not_bias_the_estimate) {
  if (context_.ranks().size() > 1) GTEST_SKIP() << "the same on any ranks";
  constexpr int seeds = 1000;
  for (const double error : {0.2, 0.13, 0.1026, 0.0725}) {
    double sum = 0, sum_of_squares = 0;
    int covered = 0;
    for (int seed = 0; seed < seeds; ++seed) {
      const PiEstimate each = estimate(static_cast<std::uint64_t>(seed), error);
      const double deviation = each.value() - std::numbers::pi;
      sum += deviation;
      sum_of_squares += deviation * deviation;
      if (std::abs(deviation) <= 1.96 * each.standard_error()) ++covered;
    }
    const double mean = sum / seeds, spread = std::sqrt(sum_of_squares / seeds);
    EXPECT_LT(std::abs(mean), 4 * spread / std::sqrt(seeds)) << error;
    EXPECT_LT(spread, 1.1 * error) << error;
    EXPECT_NEAR(covered, 0.95 * seeds, 4 * std::sqrt(seeds * 0.95 * 0.05)) << error;
  }
}

}  // namespace
}  // namespace rankwise::montecarlo
