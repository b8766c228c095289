#include "rankwise/learning/pair_move.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "rankwise/random/philox.hpp"

namespace rankwise::learning {
namespace {

/// What the objective loses where i goes by `by`, and j with it (sign 1) or against it (sign -1).
double loss(const Variable& i, const Variable& j, double sign, double curvature, double by) {
  return by * (i.gradient + sign * j.gradient) + curvature * by * by / 2;
}

TEST(PairMove, reaches_the_least_point_within_bounds) {
  const random::Stream stream(7, random::StreamName::classification);
  std::uint64_t next = 0;
  const auto draw = [&](double range) { return range * random::unit_interval(stream.word64(next++)); };
  for (int trial = 0; trial < 2000; ++trial) {
    Variable i{.gradient = draw(4) - 2, .c = 0.5 + draw(2)}, j{.gradient = draw(4) - 2, .c = 0.5 + draw(2)};
    i.alpha = trial % 5 == 0 ? i.c : draw(i.c);
    j.alpha = trial % 7 == 0 ? 0 : draw(j.c);
    const double curvature = 0.1 + draw(3);
    for (const double sign : {1.0, -1.0}) {
      const Moved to = sign > 0 ? move_apart(i, j, curvature) : move_together(i, j, curvature);
      EXPECT_TRUE(to.i >= 0 && to.i <= i.c && to.j >= 0 && to.j <= j.c) << trial;
      EXPECT_NEAR(to.i - sign * to.j, i.alpha - sign * j.alpha, 1e-12) << trial;
      const double least = loss(i, j, sign, curvature, to.i - i.alpha);
      for (double by = -2.5; by <= 2.5; by += 0.01) {
        const double at_i = i.alpha + by, at_j = j.alpha + sign * by;
        if (at_i < 0 || at_i > i.c || at_j < 0 || at_j > j.c) continue;
        ASSERT_GE(loss(i, j, sign, curvature, by), least - 1e-12) << trial << " " << sign << " " << by;
      }
    }
  }
}

}  // namespace
}  // namespace rankwise::learning
