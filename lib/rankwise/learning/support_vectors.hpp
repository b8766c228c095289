#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rankwise/kernels/products.hpp"
#include "rankwise/learning/kernel_function.hpp"
#include "rankwise/learning/kernel_rows.hpp"

namespace rankwise::learning {

/// scikit-learn's SVC, with its names and defaults.
struct SvcOptions {
  enum class Gamma : std::uint8_t { scale, automatic, number };
  double c = 1;
  KernelFunction kernel = {};  ///< its gamma counts where `gamma` is a number
  Gamma gamma = Gamma::scale;
  bool balanced = false;  ///< class_weight: what samples may weigh goes by how rare their class is
  double tolerance = 1e-3;

  /// With the gamma for samples of so many features. @param variance of all of them, where gamma is `scale`
  [[nodiscard]] KernelFunction kernel_for(std::uint64_t features, double variance) const;
};

/// One machine for each pair of classes; what most of them say is predicted, of equal ones the first class. Classes
/// without samples to train on are none.
class SupportVectors {
 public:
  /// @param rows of all samples, by the kernel of the options; outlive this
  /// @param training of each class, which of its samples are trained on, in rising order
  SupportVectors(const SvcOptions& options, KernelRows& rows, std::span<const std::vector<std::uint32_t>> training);
  /// What they say of the samples at some places.
  /// @param scores sample by sample, one for each class with samples, as scikit-learn's
  /// decision_function(decision_function_shape="ovr"): its votes, and how sure they are, as less than half a vote
  /// @return which of these classes, for each
  std::vector<std::uint32_t> predict(std::span<const std::uint64_t> places, std::span<double> scores) const;

 private:
  /// A class, and its samples that are support vectors of some machine.
  struct Class {
    std::uint32_t number = 0;
    std::vector<std::uint32_t> members = {};  ///< places in the class
    std::vector<double> squares = {};
    kernels::Deviations weights = {};  ///< of the members (rows), in the machines with each class; 0 in its own
  };
  void keep(Class& of, std::span<const std::vector<double>> weights) const;
  /// Σ weight · K(x, ·) over a class' members, for the machines with each class.
  /// @param places of a few samples x; sums sample by sample
  void add_up(const Class& of, std::span<const std::uint64_t> places, std::span<double> sums) const;
  /// @param arguments of the kernel for a sample and the class' members
  void mend_distances(const Class& of, std::uint64_t place, double square, std::span<double> arguments) const;
  /// Of the sums over all classes for one sample.
  std::uint32_t vote(const std::vector<std::vector<double>>& sums, std::size_t sample, std::span<double> scores) const;
  [[nodiscard]] std::size_t class_count() const { return classes_.size(); }

  const KernelRows* rows_;
  std::vector<Class> classes_;
  std::vector<double> offsets_;  // of the machines, pair by pair
};

}  // namespace rankwise::learning
