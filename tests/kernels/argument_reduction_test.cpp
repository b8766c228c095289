#include "rankwise/kernels/argument_reduction.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace rankwise::kernels {
namespace {

/// The math library's long double sine and cosine know the angle to 64 bits.
void expect_true_angle(double x) {
  const ReducedAngle angle = reduce_large_angle(x);
  const long double rest = static_cast<long double>(angle.high) + angle.low;
  const long double sine = std::sin(rest), cosine = std::cos(rest);
  const auto quadrant = static_cast<int>(angle.quadrant);
  ASSERT_TRUE(quadrant >= 0 && quadrant <= 3 && quadrant == angle.quadrant) << angle.quadrant;
  EXPECT_LE(std::abs(angle.high), 0x1.921fb54442d19p-1) << std::hexfloat << x;
  EXPECT_LE(std::abs(angle.low), std::abs(angle.high) * 0x1p-53) << std::hexfloat << x;
  const long double turned[4][2] = {{sine, cosine}, {cosine, -sine}, {-sine, -cosine}, {-cosine, sine}};
  const long double expected[2] = {std::sin(static_cast<long double>(x)), std::cos(static_cast<long double>(x))};
  for (int i = 0; i < 2; ++i) {
    const long double off = std::abs(turned[quadrant][i] - expected[i]);
    EXPECT_LE(off, std::abs(expected[i]) * 0x1p-61L) << std::hexfloat << x << (i == 0 ? " sine" : " cosine");
  }
}

TEST(ArgumentReduction, is_right_for_numbers_of_all_sizes) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const double x =
        std::ldexp(1 + static_cast<double>(random() >> 12) * 0x1p-52, 20 + static_cast<int>(random() % 1004));
    expect_true_angle(i % 2 == 0 ? x : -x);
    if (HasFatalFailure()) return;
  }
  for (int exponent = 20; exponent < 1024; ++exponent) expect_true_angle(std::ldexp(1.0, exponent));
  expect_true_angle(std::numeric_limits<double>::max());
}

TEST(ArgumentReduction, is_right_next_to_multiples_of_a_right_angle) {
  // The first is nearest of all doubles: J.-M. Muller, "Elementary Functions", on range reduction.
  for (const double x : {std::ldexp(6381956970095103.0, 797), 1e22, 1e300}) {
    expect_true_angle(x);
    expect_true_angle(-x);
  }
}

}  // namespace
}  // namespace rankwise::kernels
