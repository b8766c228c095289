#include "rankwise/learning/sample_products.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "tests/learning/table.hpp"

namespace rankwise::learning {
namespace {

using test::context;
using test::Table;

TEST(SampleProducts, are_those_of_all_pairs_in_every_way) {
  const Table table(700);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  const Places places(data.target());
  const auto& order = places.samples;
  const SharedProducts shared(here, data, order, true), strips(here, data, order, false);
  const std::vector<double> values(data.row(0), data.row(0) + data.samples() * data.features());
  std::vector<double> whole_room, strips_room, room, other_room, third_room;
  const Products whole = products_of(values, data.features(), true, whole_room),
                 taken = products_of(values, data.features(), false, strips_room);
  for (std::uint64_t i = 0; i < data.samples(); i += 3) {
    for (const blocks::Range range :
         {blocks::Range{0, 700}, blocks::Range{i, i + 1}, blocks::Range{i / 2, i / 2 + 9}}) {
      const double* of_matrix = shared.products().with(i, range, room);
      const double* of_strips = strips.products().with(i, range, other_room);
      for (std::uint64_t j = range.begin; j < range.end; ++j) {
        const double* row = data.row(order[i]);
        const double expected = std::inner_product(row, row + 3, data.row(order[j]), 0.0);
        ASSERT_DOUBLE_EQ(of_matrix[j - range.begin], expected) << i << " " << j;
        ASSERT_EQ(of_strips[j - range.begin], of_matrix[j - range.begin]) << i << " " << j;
        const blocks::Range one{order[j], order[j] + 1};
        ASSERT_EQ(*whole.with(order[i], one, third_room), of_matrix[j - range.begin]);
        ASSERT_EQ(*taken.with(order[i], one, third_room), of_matrix[j - range.begin]);
      }
    }
  }
}

TEST(SampleProducts, of_many_features_are_the_same_in_both_ways) {
  const std::uint64_t samples = 300, features = 300;  // more than are added up at once, more than a panel
  std::vector<double> values;
  for (std::uint64_t i = 0; i < samples * features; ++i) values.push_back(std::sin(static_cast<double>(i)));
  std::vector<double> whole_room, strips_room, room;
  const Products whole = products_of(values, features, true, whole_room),
                 taken = products_of(values, features, false, strips_room);
  for (std::uint64_t i = 0; i < samples; i += 7) {
    const double* expected = whole.with(i, {3, 299}, room);
    const double* found = taken.with(i, {3, 299}, room);
    for (std::uint64_t j = 0; j < 296; ++j) ASSERT_EQ(found[j], expected[j]) << i << " " << j;
  }
}

TEST(Places, are_by_class) {
  const Places places(Target("t", std::vector<double>{2, 1, 3, 1, 2, 2}));
  EXPECT_EQ(places.samples, (std::vector<std::uint32_t>{1, 3, 0, 4, 5, 2}));
  EXPECT_EQ(places.class_count(), 3U);
  EXPECT_EQ(places.of_class(1), (blocks::Range{2, 5}));
}

}  // namespace
}  // namespace rankwise::learning
