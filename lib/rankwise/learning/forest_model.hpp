#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/learning/random_forest.hpp"
#include "rankwise/learning/target.hpp"
#include "rankwise/storage/result_table.hpp"

namespace rankwise::learning {

/// A forest, what it was trained on, and what that told.
struct ForestModel {
  RandomForest forest = {};
  std::vector<std::string> features = {};  ///< names
  std::string target = {};
  Labels labels = {};                    ///< of the classes
  std::vector<double> importances = {};  ///< of each feature; their sum is 1
  std::optional<double> oob_score = {};  ///< accuracy on samples by the trees that have not seen them

  [[nodiscard]] std::uint64_t node_count() const;
  [[nodiscard]] std::string digest() const { return digest_of(table()); }
  static std::string digest_of(const storage::ResultTable& table);

  /// As it is in a file: `features`, `importances`, `target`, `classes`, `oob_score`; `tree_nodes` and `tree_leaves`,
  /// where each tree's nodes and leaves begin, and where the last one's end; of the nodes, `feature` (-1: a leaf),
  /// `threshold`, `next` (where samples above the threshold go, counted from the tree's first node; of a leaf, its
  /// number in the tree); `shares`, leaf by leaf, of each class.
  [[nodiscard]] storage::ResultTable table() const;
  /// What that is called there.
  static std::span<const std::string> columns_in_a_file();
  /// @param file that errors tell. @throws InputError if that is no forest
  static ForestModel of_table(const storage::ResultTable& table, const std::string& file);

  void encode(ByteWriter& out) const;
  static ForestModel decode(ByteReader& in);
};

}  // namespace rankwise::learning
