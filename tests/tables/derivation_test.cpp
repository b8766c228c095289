#include "rankwise/tables/derivation.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rankwise/expressions/expression_error.hpp"

namespace rankwise::tables {
namespace {

using storage::ElementType;

Derivation derive(const Derivation::Options& options) {
  return Derivation({"x", "i", "b c"}, {ElementType::float32, ElementType::int16, ElementType::uint8}, options);
}

std::vector<std::string> names(const Derivation& derivation) {
  std::vector<std::string> names;
  for (const auto& column : derivation.columns()) names.push_back(column.name);
  return names;
}

TEST(Derivation, columns_keep_their_places_and_new_ones_come_behind) {
  const Derivation made = derive({.assignments = {"z = x", "i = i + 1", "t = `b c` > 2"}});
  EXPECT_EQ(names(made), (std::vector<std::string>{"x", "i", "b c", "z", "t"}));
  std::vector<ElementType> types;
  for (const auto& column : made.columns()) types.push_back(column.type);
  EXPECT_EQ(types, (std::vector{ElementType::float32, ElementType::int64, ElementType::uint8, ElementType::float64,
                                ElementType::uint8}));
  EXPECT_FALSE(made.is_computed(made.columns()[0].value));
  EXPECT_TRUE(made.is_computed(made.columns()[1].value));
  EXPECT_EQ(made.needed(), (std::vector<std::size_t>{0, 1, 2}));
}

TEST(Derivation, later_assignments_see_what_earlier_ones_made) {
  const Derivation made = derive({.assignments = {"x = i", "x = x * 2", "y = x"}, .only_new = true});
  EXPECT_EQ(names(made), (std::vector<std::string>{"x", "y"}));
  const std::size_t of_source = made.source_columns();
  EXPECT_EQ(made.columns()[0].value, of_source + 1);  // the second x
  const auto& last = made.computed()[2];
  ASSERT_EQ(last.program.leaves.size(), 1U);
  EXPECT_EQ(last.operands[last.program.leaves[0].index], of_source + 1);
  EXPECT_EQ(made.needed(), std::vector<std::size_t>{1});  // not the x of the source
}

TEST(Derivation, a_condition_is_on_the_source) {
  const Derivation made = derive({.assignments = {"x = 1"}, .where = "x > i"});
  ASSERT_TRUE(made.where());
  EXPECT_EQ(made.needed_by_where(), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(made.needed(), (std::vector<std::size_t>{0, 1}));
  EXPECT_THROW(derive({.assignments = {"z = 1"}, .where = "z > 0"}), expressions::ExpressionError);
  EXPECT_THROW(derive({.where = "x + 1"}), expressions::ExpressionError);
}

TEST(Derivation, each_draw_is_its_own) {
  const Derivation made =
      derive({.assignments = {"a = random()", "b = random() + normal()"}, .where = "random() < 0.5"});
  std::vector<std::uint64_t> draws;
  const auto look_at = [&](const Derivation::Computed& computed) {
    for (const auto& leaf : computed.program.leaves) draws.push_back(leaf.index);
  };
  for (const auto& computed : made.computed()) look_at(computed);
  look_at(*made.where());
  EXPECT_EQ(draws, (std::vector<std::uint64_t>{0, 1, 2, 3}));
}

TEST(Derivation, columns_are_named_once) {
  EXPECT_EQ(column_names({.columns = 2}), (std::vector<std::string>{"col0", "col1"}));
  EXPECT_EQ(column_names({.columns = 3, .names = {"a", "a", ""}}), (std::vector<std::string>{"a", "a.1", "2"}));
}

}  // namespace
}  // namespace rankwise::tables
