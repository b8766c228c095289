#include "rankwise/learning/forest_model.hpp"

#include <gtest/gtest.h>

#include "rankwise/base/errors.hpp"

namespace rankwise::learning {
namespace {

/// A tree that asks whether b is at most 2, and one leaf.
ForestModel small_model() {
  ForestModel model;
  model.forest.class_count = 2;
  DecisionTree asks;
  asks.nodes = {{.threshold = 2, .feature = 1, .next = 2}, {.next = 0}, {.next = 1}};
  asks.shares = {1, 0, 0.25, 0.75};
  DecisionTree leaf;
  leaf.nodes = {{.next = 0}};
  leaf.shares = {0.5, 0.5};
  model.forest.trees = {asks, leaf};
  model.features = {"a", "b"};
  model.target = "kind";
  model.labels = std::vector<std::string>{"no", "yes"};
  model.importances = {0, 1};
  model.oob_score = 0.875;
  return model;
}

std::vector<double> shares_of(const ForestModel& model) {
  const std::vector<double> rows{9, 2, 9, 2.5};
  std::vector<double> shares(4);
  model.forest.predict(rows.data(), 2, 2, shares);
  return shares;
}

TEST(ForestModel, gives_the_mean_of_its_trees) {
  EXPECT_EQ(shares_of(small_model()), (std::vector<double>{0.75, 0.25, 0.375, 0.625}));
  EXPECT_EQ(small_model().node_count(), 4U);
}

TEST(ForestModel, is_the_same_from_its_table_and_from_bytes) {
  const ForestModel model = small_model();
  const ForestModel from_table = ForestModel::of_table(model.table(), "f.h5");
  EXPECT_EQ(ForestModel::digest_of(from_table.table()), model.digest());
  EXPECT_EQ(shares_of(from_table), shares_of(model));
  EXPECT_EQ(from_table.oob_score, 0.875);
  ByteWriter out;
  model.encode(out);
  const auto bytes = out.take();
  ByteReader in(bytes);
  const ForestModel from_bytes = ForestModel::decode(in);
  EXPECT_EQ(shares_of(from_bytes), shares_of(model));
  EXPECT_EQ(from_bytes.features, model.features);
  EXPECT_EQ(from_bytes.labels, model.labels);
}

TEST(ForestModel, of_a_damaged_table_is_refused) {
  const auto names = ForestModel::columns_in_a_file();
  for (std::size_t left_out = 0; left_out < names.size(); ++left_out) {
    storage::ResultTable table = small_model().table();
    table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(left_out));
    EXPECT_THROW(ForestModel::of_table(table, "f.h5"), InputError) << left_out;
  }
  ForestModel circle = small_model();
  circle.forest.trees[0].nodes[0].next = 0;
  EXPECT_THROW(ForestModel::of_table(circle.table(), "f.h5"), InputError);
  ForestModel endless = small_model();
  endless.forest.trees[0].nodes.pop_back();
  EXPECT_THROW(ForestModel::of_table(endless.table(), "f.h5"), InputError);
}

}  // namespace
}  // namespace rankwise::learning
