#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "rankwise/learning/decision_tree.hpp"
#include "rankwise/learning/fold.hpp"
#include "rankwise/learning/ranked_features.hpp"

namespace rankwise::learning {

/// scikit-learn's RandomForestClassifier, with its names and defaults.
struct ForestOptions {
  enum class MaxFeatures : std::uint8_t { root, logarithm, all, number, fraction };
  std::uint64_t trees = 100;  ///< n_estimators
  std::uint64_t max_depth = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t min_samples_split = 2;
  std::uint64_t min_samples_leaf = 1;
  MaxFeatures max_features = MaxFeatures::root;
  double features = 0;  ///< where max_features is a number or a fraction
  bool bootstrap = true;
  std::uint64_t seed = 0;

  /// How many features a node looks at, of so many.
  [[nodiscard]] std::uint64_t looked_at(std::uint64_t all) const;
};

/// Grows trees of a random forest (L. Breiman, "Random forests", 2001), for one thread: each on samples drawn with
/// replacement, each node asking the question that makes the sum of the two sides' Gini impurities least, of some
/// features that are drawn for it. Tree t depends on the seed and t alone.
class TreeGrower {
 public:
  /// All of them outlive it.
  TreeGrower(const ForestOptions& options, const Fold& fold, const RankedFeatures& ranked);

  DecisionTree grow(std::uint64_t tree);

  /// How often the tree that was grown last has seen each sample.
  [[nodiscard]] const std::vector<std::uint32_t>& seen() const { return weights_; }

  /// What one grower and its tree take.
  static Bytes bytes_needed(std::uint64_t samples, std::uint64_t features, std::uint64_t classes);

 private:
  /// A run of samples_ that are together, and the node that they make.
  struct Task {
    std::size_t begin = 0, end = 0;
    std::uint64_t depth = 0;
    std::uint32_t asked_by = 0;  ///< the node whose `next` this one is
    bool is_next = false;
  };
  struct Split {
    std::int64_t feature = -1;
    std::uint32_t rank = 0;  ///< the last one on the first side
    double purity = -1;      ///< sum over the two sides of Σ weight² / weight; the greater the purer
  };
  /// What is in a node.
  struct Content {
    std::vector<std::uint64_t> weights;  ///< of each class
    std::uint64_t weight = 0, squares = 0;
  };

  void draw_samples(std::uint64_t tree);
  void take_content(const Task& task);
  [[nodiscard]] bool ends(const Task& task) const;
  Split best_split(const Task& task);
  /// @return whether all samples have the same rank
  bool try_feature(std::uint64_t feature, const Task& task, Split& best);
  bool try_by_counting(std::uint64_t feature, const Task& task, Split& best);
  bool try_by_sorting(std::uint64_t feature, const Task& task, Split& best);
  std::size_t divide(const Task& task, const Split& split, double& threshold);
  void add_leaf(DecisionTree& tree) const;

  const ForestOptions& options_;
  const Fold& fold_;
  const RankedFeatures& ranked_;
  std::uint64_t looked_at_;
  std::size_t stride_;  // of classes, for the kernel
  std::uint64_t random_index_ = 0, tree_ = 0;
  std::vector<std::uint32_t> weights_;   // of all samples
  std::vector<std::uint32_t> samples_;   // those with weights, node by node
  std::vector<std::uint32_t> features_;  // in the order in which they were drawn last
  Content content_;
  std::vector<double> totals_;  // of its weights
  struct Weight {
    std::uint32_t of_class, weight;
  };
  std::vector<Weight> here_;  // of its samples
  // Of one feature in one node:
  std::vector<std::uint32_t> counts_;   // weights of each class at each rank
  std::vector<double> purities_;        // where it is cut behind that
  std::vector<std::uint32_t> members_;  // samples at each rank
  std::vector<std::uint64_t> left_;
  struct Sample {
    std::uint32_t rank, of_class, weight;
  };
  std::vector<Sample> sorted_;
};

}  // namespace rankwise::learning
