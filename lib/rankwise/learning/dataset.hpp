#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/learning/target.hpp"
#include "rankwise/ranks/node_memory.hpp"

namespace rankwise::learning {

/// Samples with their features and what is to be told of them: one copy of the features on each node.
class Dataset {
 public:
  /// Reads a table of which one column is the target, or several are, and all others are features; all ranks read. A
  /// target in a CSV, or beside the numbers of an HDF5 table, may be text.
  /// @param targets its name, or its number where columns have no names; several with commas between them
  /// @throws ranks::AgreedError, also for a missing value, or one class alone
  /// @note Collective
  Dataset(const engine::Context& context, const engine::SharedMatrix& table, const std::string& targets);

  /// All columns of one matrix are features; those of another are targets.
  /// @throws ranks::AgreedError, also if there are not as many labels as samples
  /// @note Collective
  Dataset(const engine::Context& context, const engine::SharedMatrix& features, const engine::SharedMatrix& labels);
  /// All columns of a matrix are features; the samples' classes are texts.
  /// @param target its name, for the user
  /// @param labels on rank 0: of each sample
  /// @throws ranks::AgreedError, also if there are not as many labels as samples
  /// @note Collective
  Dataset(const engine::Context& context, const engine::SharedMatrix& features, const std::string& target,
          const std::vector<std::string>& labels);
  /// Of this size, without anything in it: to plan with.
  Dataset(std::uint64_t samples, std::uint64_t features, std::uint64_t targets)
      : samples_(samples), features_(features), targets_(targets) {}

  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  [[nodiscard]] std::uint64_t features() const { return features_; }
  /// Of one sample. @pre there are features
  [[nodiscard]] const double* row(std::uint64_t sample) const {
    return memory_.as<const double>() + sample * features_;
  }
  [[nodiscard]] const std::vector<Target>& targets() const { return targets_; }
  /// The first one.
  [[nodiscard]] const Target& target() const { return targets_[0]; }
  [[nodiscard]] const std::vector<std::string>& feature_names() const { return feature_names_; }
  /// What tells this data from others.
  [[nodiscard]] const std::string& identity() const { return identity_; }

 private:
  void read_features(const engine::Context& context, const engine::SharedMatrix& matrix);

  std::uint64_t samples_ = 0;
  std::uint64_t features_ = 0;
  ranks::NodeMemory memory_;
  std::vector<Target> targets_;
  std::vector<std::string> feature_names_;
  std::string identity_;
};

}  // namespace rankwise::learning
