#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"

namespace rankwise::learning {

/// A tree of questions. Nodes stand in the order in which they were made: behind one that asks stands the one for yes.
struct DecisionTree {
  struct Node {
    double threshold = 0;       ///< a sample whose feature is at most that goes to the next node
    std::int32_t feature = -1;  ///< -1: a leaf
    std::uint32_t next = 0;     ///< where others go; of a leaf, its number
  };
  std::vector<Node> nodes = {};
  std::vector<double> shares = {};       ///< leaf by leaf, of each class
  std::vector<double> importances = {};  ///< of each feature; their sum is 1, or 0 if nothing is asked

  /// The number of the leaf in which a sample ends.
  [[nodiscard]] std::uint32_t leaf_of(const double* features) const;

  /// Whether it can be asked about samples of so many features and classes: questions lead on, to leaves that are
  /// there.
  [[nodiscard]] bool fits(std::uint64_t features, std::uint64_t classes) const;

  void encode(ByteWriter& out) const;
  static DecisionTree decode(ByteReader& in);
};

}  // namespace rankwise::learning
