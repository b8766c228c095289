#include "rankwise/montecarlo/pi.hpp"

#include <gtest/gtest.h>

#include <cmath>

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

}  // namespace
}  // namespace rankwise::montecarlo
