#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/identity.hpp"
#include "rankwise/engine/plan.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/learning/forest_model.hpp"
#include "rankwise/storage/result_table.hpp"

namespace rankwise::learning {

/// What a forest says of each row of a table, as lines of a CSV: however many rows there are, they pass through.
class ForestPrediction {
 public:
  struct Options {
    storage::Destination destination = {};
    bool overwrite = false;
    bool probabilities = false;  ///< of each class, behind the class
    /// The record of the run, given the digest.
    std::function<std::string(const std::string& digest)> record = {};
  };
  /// @param table whose columns have the names of the model's features, among others; or as many columns as it has
  /// features, if they have no names
  /// @param model the same on every rank; both outlive this
  /// @throws InputError if there are no such columns
  ForestPrediction(const ForestModel& model, const engine::SharedMatrix& table, Options options);

  [[nodiscard]] engine::Identity identity() const;
  [[nodiscard]] engine::PhasePlan plan(const engine::Context& context) const;
  /// @return the digest, on rank 0
  /// @throws ranks::AgreedError, also for a missing value; then no file under the final name has changed
  /// @note Collective
  std::string run(const engine::Context& context);

 private:
  [[nodiscard]] std::string header() const;

  const ForestModel& model_;
  const engine::SharedMatrix& table_;
  Options options_;
  std::vector<std::uint64_t> columns_;  // of the table, for each feature
  std::string digest_of_model_;
};

}  // namespace rankwise::learning
