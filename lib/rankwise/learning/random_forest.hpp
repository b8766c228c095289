#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rankwise/learning/fold.hpp"
#include "rankwise/learning/tree_grower.hpp"

namespace rankwise::learning {

/// Trees that say together what a sample is: the mean of the shares of the classes in the leaves where it ends, tree by
/// tree.
struct RandomForest {
  std::uint32_t class_count = 0;
  std::vector<DecisionTree> trees = {};

  /// How likely each class is, of some samples.
  /// @param rows of features; row r begins at features[r · stride]
  /// @param to rows × classes
  void predict(const double* features, std::uint64_t rows, std::uint64_t stride, std::span<double> to) const;
};

/// Trained on the fold's training samples, tried on its test samples, by one thread.
Predictions predict_by_forest(const ForestOptions& options, const Fold& fold, const RankedFeatures& ranked);

/// The class that is likeliest, for each sample; of equal ones the first.
std::vector<std::uint32_t> likeliest(std::span<const double> probabilities, std::uint32_t classes);

}  // namespace rankwise::learning
