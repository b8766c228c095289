#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rankwise/blocks/grid.hpp"
#include "rankwise/learning/kernel_function.hpp"
#include "rankwise/learning/pair_solver.hpp"
#include "rankwise/learning/sample_products.hpp"

namespace rankwise::learning {

/// scikit-learn's SVC, with its names and defaults.
struct SvcOptions {
  enum class Gamma : std::uint8_t { scale, automatic, number };
  double c = 1;
  KernelFunction kernel = {};  ///< its gamma counts where `gamma` is a number
  Gamma gamma = Gamma::scale;
  bool balanced = false;  ///< class_weight: what samples may weigh goes by how rare their class is
  double tolerance = 1e-3;
};

/// What a model is trained on. Samples are known by their places among the products.
struct Training {
  Products products;
  std::span<const std::uint32_t> classes;  ///< at each place, rising
  std::span<const std::uint32_t> places;   ///< that are trained on, in rising order
  std::uint64_t features = 0;
  double variance = 0;  ///< of all their features
};

/// One machine for each pair of classes; what most of them say is predicted, of equal ones the first class.
class SupportVectors {
 public:
  /// @pre each class has samples
  SupportVectors(const SvcOptions& options, const Training& training);
  /// What they say of the sample at a place.
  /// @param scores one for each class, as scikit-learn's decision_function(decision_function_shape="ovr"): its votes,
  /// and how
  ///        sure they are, as less than half a vote
  /// @return the class
  std::uint32_t predict(std::uint64_t place, std::span<double> scores) const;

 private:
  /// What an own sum is made of.
  struct Weights {
    std::vector<std::uint32_t> members = {};  ///< places in their class
    std::vector<double> values = {};
    Weights() = default;
    explicit Weights(const std::vector<double>& all);
  };
  struct PairMachine {
    std::uint32_t first = 0, second = 0;
    Weights of_first = {}, of_second = {};
    double offset = 0;
  };
  /// Kernel values of one sample with all that are trained on.
  [[nodiscard]] std::vector<double> values_with(std::uint64_t place) const;
  /// Kernel values of a class with itself and with each class behind it.
  [[nodiscard]] std::vector<KernelBlock> blocks_of(std::uint32_t of_class) const;
  [[nodiscard]] std::uint32_t class_count() const { return static_cast<std::uint32_t>(begins_.size() - 1); }
  [[nodiscard]] std::size_t size_of(std::uint32_t of_class) const { return begins_[of_class + 1] - begins_[of_class]; }

  [[nodiscard]] std::span<const blocks::Range> runs_of(std::uint32_t of_class) const {
    return std::span(runs_).subspan(first_runs_[of_class], first_runs_[of_class + 1] - first_runs_[of_class]);
  }

  Products products_;
  KernelFunction kernel_;
  // The samples that are trained on, class after class:
  std::vector<std::uint32_t> places_;
  std::vector<double> squares_;
  std::vector<std::size_t> begins_;      // of each class among them; their number
  std::vector<blocks::Range> runs_;      // of places side by side in one class
  std::vector<std::size_t> first_runs_;  // of each class among these; their number
  std::vector<PairMachine> machines_;
};

}  // namespace rankwise::learning
