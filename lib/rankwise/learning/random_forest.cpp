#include "rankwise/learning/random_forest.hpp"

#include <algorithm>

namespace rankwise::learning {
namespace {

/// Rows go down one tree while it is in the cache.
void add_shares(const DecisionTree& tree, const double* row, std::uint32_t classes, double* to) {
  const double* shares = &tree.shares[std::size_t{tree.leaf_of(row)} * classes];
  for (std::uint32_t k = 0; k < classes; ++k) to[k] += shares[k];
}

}  // namespace

void RandomForest::predict(const double* features, std::uint64_t rows, std::uint64_t stride,
                           std::span<double> to) const {
  std::fill(to.begin(), to.end(), 0.0);
  for (const DecisionTree& tree : trees) {
    for (std::uint64_t r = 0; r < rows; ++r) add_shares(tree, features + r * stride, class_count, &to[r * class_count]);
  }
  for (double& share : to) share /= static_cast<double>(trees.size());
}

std::vector<std::uint32_t> likeliest(std::span<const double> probabilities, std::uint32_t classes) {
  std::vector<std::uint32_t> result;
  for (std::size_t i = 0; i < probabilities.size(); i += classes) {
    const auto row = probabilities.subspan(i, classes);
    result.push_back(static_cast<std::uint32_t>(std::max_element(row.begin(), row.end()) - row.begin()));
  }
  return result;
}

Predictions predict_by_forest(const ForestOptions& options, const Fold& fold, const RankedFeatures& ranked) {
  TreeGrower grower(options, fold, ranked);
  Predictions predictions{.scores = std::vector<double>(fold.test.size() * fold.class_count)};
  for (std::uint64_t t = 0; t < options.trees; ++t) {
    const DecisionTree tree = grower.grow(t);
    for (std::size_t i = 0; i < fold.test.size(); ++i) {
      add_shares(tree, fold.row(fold.test[i]), fold.class_count, &predictions.scores[i * fold.class_count]);
    }
  }
  for (double& share : predictions.scores) share /= static_cast<double>(options.trees);
  predictions.classes = likeliest(predictions.scores, fold.class_count);
  return predictions;
}

}  // namespace rankwise::learning
