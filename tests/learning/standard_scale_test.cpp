#include "rankwise/learning/standard_scale.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "tests/learning/table.hpp"

namespace rankwise::learning {
namespace {

using test::context;
using test::Table;

TEST(StandardScale, makes_means_0_and_variances_1) {
  const Table table(300);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  std::vector<std::uint32_t> samples(200);
  std::iota(samples.begin(), samples.end(), 50);
  std::vector<double> scaled;
  StandardScale(data, samples).apply(data, samples, scaled);
  std::iota(samples.begin(), samples.end(), 0);  // in what is scaled
  for (std::uint64_t f = 0; f < 3; ++f) {
    double sum = 0, squares = 0;
    for (const std::uint32_t s : samples) {
      sum += scaled[s * 3 + f];
      squares += scaled[s * 3 + f] * scaled[s * 3 + f];
    }
    EXPECT_NEAR(sum / 200, 0, 1e-12);
    EXPECT_NEAR(squares / 200, f == 2 ? 0 : 1, 1e-12);  // one that is the same everywhere is only moved
  }
  EXPECT_NEAR(variance_of(scaled.data(), 3, samples), 2.0 / 3, 1e-12);
}

}  // namespace
}  // namespace rankwise::learning
