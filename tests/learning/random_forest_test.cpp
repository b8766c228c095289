#include "rankwise/learning/random_forest.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "rankwise/learning/train_forest.hpp"
#include "tests/learning/table.hpp"

namespace rankwise::learning {
namespace {

/// A table that was read, and what trees see of it.
struct Samples {
  explicit Samples(std::uint64_t rows)
      : table(rows),
        context(test::context()),
        matrix(context, table.path(), engine::Deliver::automatic),
        data(context, matrix, "kind"),
        ranked(context, data),
        all(rows) {
    std::iota(all.begin(), all.end(), 0U);
  }
  test::Table table;
  engine::Context context;
  engine::SharedMatrix matrix;
  Dataset data;
  RankedFeatures ranked;
  std::vector<std::uint32_t> all;
};

TEST(RankedFeatures, are_places_among_the_values) {
  const Samples samples(200);
  EXPECT_EQ(samples.ranked.count(0), 200U);
  EXPECT_EQ(samples.ranked.count(2), 1U);
  for (std::uint32_t s = 0; s < 200; ++s) {
    EXPECT_EQ(samples.ranked.of(0)[s], s);
    EXPECT_EQ(samples.ranked.of(1)[s], s);
    EXPECT_EQ(samples.ranked.of(2)[s], 0);
  }
}

TEST(TreeGrower, asks_until_leaves_are_pure_and_never_of_what_is_alike) {
  const Samples samples(90);
  std::vector<std::uint32_t> classes;
  for (std::uint32_t s = 0; s < 90; ++s) classes.push_back(s / 30);  // by the first feature
  const Fold fold{.features = samples.data.row(0),
                  .width = 3,
                  .classes = classes,
                  .class_count = 3,
                  .training = samples.all,
                  .test = samples.all};
  const ForestOptions options{.bootstrap = false, .seed = 3};
  TreeGrower grower(options, fold, samples.ranked);
  const DecisionTree tree = grower.grow(0);
  EXPECT_EQ(tree.nodes.size(), 5U);  // two questions
  EXPECT_EQ(tree.importances[2], 0);
  EXPECT_DOUBLE_EQ(tree.importances[0] + tree.importances[1], 1);
  for (std::uint32_t s = 0; s < 90; ++s)
    EXPECT_EQ(tree.shares[3 * tree.leaf_of(samples.data.row(s)) + classes[s]], 1) << s;
  const DecisionTree again = TreeGrower(options, fold, samples.ranked).grow(0), other = grower.grow(1);
  EXPECT_EQ(again.nodes.size(), tree.nodes.size());
  EXPECT_EQ(again.importances, tree.importances);
  EXPECT_EQ(other.nodes.size(), 5U);
}

TEST(TreeGrower, draws_as_many_samples_as_there_are_for_each_tree_anew) {
  const Samples samples(300);
  std::vector<std::uint32_t> some;
  for (std::uint32_t s = 0; s < 300; s += 2) some.push_back(s);
  const Fold fold{.features = samples.data.row(0),
                  .width = 3,
                  .classes = samples.data.target().classes,
                  .class_count = 3,
                  .training = some};
  const ForestOptions options;
  TreeGrower grower(options, fold, samples.ranked);
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
  const Samples samples(120);
  const ForestOptions options{.trees = 17};
  const ForestModel model = train_forest(samples.context, samples.data, options);
  if (!rankwise::test::session().ranks().is_root()) return;
  ASSERT_EQ(model.forest.trees.size(), 17U);
  const Fold fold{.features = samples.data.row(0),
                  .width = 3,
                  .classes = samples.data.target().classes,
                  .class_count = 3,
                  .training = samples.all};
  TreeGrower grower(options, fold, samples.ranked);
  for (std::uint64_t t = 0; t < 17; ++t) {
    const DecisionTree tree = grower.grow(t);
    EXPECT_EQ(model.forest.trees[t].shares, tree.shares) << t;
    for (const std::uint32_t s : samples.all) {
      ASSERT_EQ(model.forest.trees[t].leaf_of(samples.data.row(s)), tree.leaf_of(samples.data.row(s))) << t;
    }
  }
  EXPECT_EQ(model.features, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(model.oob_score.has_value());
}

}  // namespace
}  // namespace rankwise::learning
