#include "rankwise/learning/support_vectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "rankwise/learning/standard_scale.hpp"
#include "tests/learning/table.hpp"

namespace rankwise::learning {
namespace {

using test::context;
using test::Table;

TEST(SupportVectors, tell_classes_that_lie_apart) {
  const Table table(90);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  std::vector<std::uint32_t> classes, samples, order(90);
  std::iota(order.begin(), order.end(), 0U);
  const SharedProducts shared(here, data, order);
  for (std::uint32_t s = 0; s < 90; ++s) {
    classes.push_back(s / 30);  // by their first feature
    if (s % 30 % 7 != 3) samples.push_back(s);
  }
  const SupportVectors model(SvcOptions{.c = 100}, {.products = shared.products(),
                                                    .classes = classes,
                                                    .places = samples,
                                                    .features = 3,
                                                    .variance = variance_of(data.row(0), 3, samples)});
  for (std::uint32_t s = 0; s < 90; ++s) {
    std::vector<double> scores(3);
    EXPECT_EQ(model.predict(s, scores), classes[s]) << s;
    EXPECT_EQ(std::max_element(scores.begin(), scores.end()) - scores.begin(), classes[s]) << s;
  }
}

}  // namespace
}  // namespace rankwise::learning
