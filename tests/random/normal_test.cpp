#include "rankwise/random/normal.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "rankwise/random/philox.hpp"

namespace rankwise::random {
namespace {

/// Distance from the long double result in units of the last place of a double.
double ulps(double value, long double exact) {
  const double nearest = static_cast<double>(exact);
  const double step = std::nextafter(std::abs(nearest), std::numeric_limits<double>::infinity()) - std::abs(nearest);
  return static_cast<double>(std::abs(static_cast<long double>(value) - exact) / static_cast<long double>(step));
}

TEST(NaturalLogarithm, is_less_than_one_ulp_off_over_all_exponents) {
  std::mt19937_64 bits(1);
  for (int i = 0; i < 1000000; ++i) {
    const double x =
        std::ldexp(1.0 + static_cast<double>(bits() >> 12) * 0x1.0p-52, static_cast<int>(bits() % 2045) - 1022);
    ASSERT_LT(ulps(natural_logarithm(x), std::log(static_cast<long double>(x))), 1.0) << x;
  }
}

TEST(NaturalLogarithm, is_less_than_one_ulp_off_near_one) {
  std::mt19937_64 bits(2);
  for (int i = 0; i < 1000000; ++i) {
    const double x = 0.5 + static_cast<double>(bits() >> 11) * 0x1.0p-53 * 1.5;
    if (x == 1.0) continue;
    ASSERT_LT(ulps(natural_logarithm(x), std::log(static_cast<long double>(x))), 1.0) << x;
  }
  EXPECT_EQ(natural_logarithm(1.0), 0.0);
}

TEST(NormalQuantile, inverts_the_distribution_function) {
  for (double p = 1e-300; p < 0.5; p *= 1.37) {
    const long double z = normal_quantile(p);
    const long double back = 0.5L * std::erfc(-z / std::sqrt(2.0L));
    // An error of one part in 10^15 in z moves p by z² parts of that.
    EXPECT_LT(std::abs(back / static_cast<long double>(p) - 1.0L), 4e-15L * (1 + z * z)) << p;
  }
}

TEST(NormalQuantile, is_odd_around_one_half) {
  EXPECT_EQ(normal_quantile(0.5), 0.0);
  for (const double p : {0.0625, 0.125, 0.25, 0.375}) EXPECT_EQ(normal_quantile(p), -normal_quantile(1 - p));
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-15);
}

TEST(NormalDeviate, has_the_moments_of_a_normal_distribution) {
  const Stream stream(3, StreamName::generate_values);
  constexpr int n = 1000000;
  double s1 = 0, s2 = 0, s3 = 0, s4 = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    const double z = normal_deviate(stream.word64(i));
    s1 += z;
    s2 += z * z;
    s3 += z * z * z;
    s4 += z * z * z * z;
  }
  EXPECT_LT(std::abs(s1 / n), 5 * std::sqrt(1.0 / n));
  EXPECT_LT(std::abs(s2 / n - 1), 5 * std::sqrt(2.0 / n));
  EXPECT_LT(std::abs(s3 / n), 5 * std::sqrt(15.0 / n));
  EXPECT_LT(std::abs(s4 / n - 3), 5 * std::sqrt(96.0 / n));
}

TEST(NormalDeviate, is_finite_at_both_ends) {
  EXPECT_TRUE(std::isfinite(normal_deviate(0)));
  EXPECT_EQ(normal_deviate(0), -normal_deviate(UINT64_MAX));
  EXPECT_LT(normal_deviate(0), -8.1);
}

}  // namespace
}  // namespace rankwise::random
