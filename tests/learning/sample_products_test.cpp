#include "rankwise/learning/sample_products.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "tests/learning/table.hpp"

namespace rankwise::learning {
namespace {

using test::context;
using test::Table;

TEST(SampleProducts, are_those_of_all_pairs) {
  const Table table(700);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  const auto order = by_class(data.target().classes);
  const SharedProducts shared(here, data, order);
  std::vector<double> values(data.row(0), data.row(0) + data.samples() * data.features());
  std::vector<double> alone(data.samples() * data.samples());
  take_products(values, data.features(), alone);
  for (std::uint64_t i = 0; i < data.samples(); ++i) {
    for (std::uint64_t j = 0; j < data.samples(); ++j) {
      const double* row = data.row(order[i]);
      const double expected = std::inner_product(row, row + 3, data.row(order[j]), 0.0);
      ASSERT_DOUBLE_EQ(shared.products().of(i, j), expected) << i << " " << j;
      ASSERT_EQ(alone[order[i] * data.samples() + order[j]], shared.products().of(i, j));
      ASSERT_LE(data.target().classes[order[std::min(i, j)]], data.target().classes[order[std::max(i, j)]]);
    }
  }
}

}  // namespace
}  // namespace rankwise::learning
