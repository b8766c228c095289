#include "rankwise/learning/random_forest.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "rankwise/learning/train_forest.hpp"
#include "tests/learning/table.hpp"

namespace rankwise::learning {
namespace {

using test::context;
using test::Table;

TEST(RankedFeatures, are_places_among_the_values) {
  const Table table(200);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  const RankedFeatures ranked(here, data);
  EXPECT_EQ(ranked.count(0), 200U);
  EXPECT_EQ(ranked.count(2), 1U);
  for (std::uint32_t s = 0; s < 200; ++s) {
    EXPECT_EQ(ranked.of(0)[s], s);
    EXPECT_EQ(ranked.of(1)[s], s);
    EXPECT_EQ(ranked.of(2)[s], 0);
  }
}

TEST(TreeGrower, asks_until_leaves_are_pure_and_never_of_what_is_alike) {
  const Table table(90);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  const RankedFeatures ranked(here, data);
  std::vector<std::uint32_t> all(90), classes;
  std::iota(all.begin(), all.end(), 0U);
  for (std::uint32_t s = 0; s < 90; ++s) classes.push_back(s / 30);  // by the first feature
  const Fold fold{
      .features = data.row(0), .width = 3, .classes = classes, .class_count = 3, .training = all, .test = all};
  const ForestOptions options{.bootstrap = false, .seed = 3};
  TreeGrower grower(options, fold, ranked);
  const DecisionTree tree = grower.grow(0);
  EXPECT_EQ(tree.nodes.size(), 5U);  // two questions
  EXPECT_EQ(tree.importances[2], 0);
  EXPECT_DOUBLE_EQ(tree.importances[0] + tree.importances[1], 1);
  for (std::uint32_t s = 0; s < 90; ++s) EXPECT_EQ(tree.shares[3 * tree.leaf_of(data.row(s)) + classes[s]], 1) << s;
  const DecisionTree again = TreeGrower(options, fold, ranked).grow(0), other = grower.grow(1);
  EXPECT_EQ(again.nodes.size(), tree.nodes.size());
  EXPECT_EQ(again.importances, tree.importances);
  EXPECT_EQ(other.nodes.size(), 5U);
}

TEST(TreeGrower, draws_as_many_samples_as_there_are_for_each_tree_anew) {
  const Table table(300);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  const RankedFeatures ranked(here, data);
  std::vector<std::uint32_t> some;
  for (std::uint32_t s = 0; s < 300; s += 2) some.push_back(s);
  const Fold fold{
      .features = data.row(0), .width = 3, .classes = data.target().classes, .class_count = 3, .training = some};
  const ForestOptions options;
  TreeGrower grower(options, fold, ranked);
  std::set<std::vector<std::uint32_t>> draws;
  for (std::uint64_t t = 0; t < 5; ++t) {
    (void)grower.grow(t);
    const auto& seen = grower.seen();
    EXPECT_EQ(std::accumulate(seen.begin(), seen.end(), 0U), 150U);
    for (std::uint32_t s = 1; s < 300; s += 2) EXPECT_EQ(seen[s], 0U);
    draws.insert(seen);
  }
  EXPECT_EQ(draws.size(), 5U);
}

TEST(TrainForest, has_all_trees_in_order_on_rank_0) {
  const Table table(120);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  const ForestOptions options{.trees = 17};
  const ForestModel model = train_forest(here, data, options);
  if (!rankwise::test::session().ranks().is_root()) return;
  ASSERT_EQ(model.forest.trees.size(), 17U);
  std::vector<std::uint32_t> all(120);
  std::iota(all.begin(), all.end(), 0U);
  EXPECT_EQ(model.features, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(model.oob_score.has_value());
  EXPECT_EQ(model.digest().size(), 32U);
}

}  // namespace
}  // namespace rankwise::learning
