#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/ranks/node_memory.hpp"

namespace rankwise::learning {

/// Samples with their features and classes: one copy of the features on each node.
class Dataset {
 public:
  /// Reads a table of which one column is the target and all others are features; all ranks read.
  /// @param target its name, or its number where columns have no names
  /// @throws ranks::AgreedError, also for a missing value, or one class alone
  /// @note Collective
  Dataset(const engine::Context& context, const engine::SharedMatrix& table, const std::string& target);

  /// All columns of one matrix are features; the labels are the only column of another.
  /// @throws ranks::AgreedError, also if there are not as many labels as samples
  /// @note Collective
  Dataset(const engine::Context& context, const engine::SharedMatrix& features, const engine::SharedMatrix& labels);
  /// Of this size, without anything in it: to plan with.
  Dataset(std::uint64_t samples, std::uint64_t features) : samples_(samples), features_(features) {}

  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  [[nodiscard]] std::uint64_t features() const { return features_; }
  /// Of one sample. @pre there are features
  [[nodiscard]] const double* row(std::uint64_t sample) const {
    return memory_.as<const double>() + sample * features_;
  }
  /// Of each sample: its place among the labels.
  [[nodiscard]] const std::vector<std::uint32_t>& classes() const { return classes_; }
  /// Of the classes, in rising order.
  [[nodiscard]] const std::vector<double>& labels() const { return labels_; }
  /// What tells this data from others.
  [[nodiscard]] const std::string& identity() const { return identity_; }

 private:
  /// @return what the column `target` holds, on rank 0
  std::vector<double> read(const engine::Context& context, const engine::SharedMatrix& matrix,
                           std::optional<std::uint64_t> target);
  void take_classes(const engine::Context& context, const std::vector<double>& targets, const std::string& name);

  std::uint64_t samples_ = 0;
  std::uint64_t features_ = 0;
  ranks::NodeMemory memory_;
  std::vector<std::uint32_t> classes_;
  std::vector<double> labels_;
  std::string identity_;
};

}  // namespace rankwise::learning
