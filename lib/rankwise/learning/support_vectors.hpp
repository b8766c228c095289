#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

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
  std::span<const std::uint32_t> classes;  ///< at each place
  std::uint32_t class_count = 0;
  std::span<const std::uint32_t> places;  ///< that are trained on, in rising order
  std::uint64_t features = 0;
  double variance = 0;  ///< of all their features
};

/// One machine for each pair of classes; what most of them say is predicted, of equal ones the first class.
class SupportVectors {
 public:
  SupportVectors(const SvcOptions& options, const Training& training);
  [[nodiscard]] std::uint32_t predict(std::uint64_t place) const;

 private:
  /// What an own sum is made of.
  struct Weights {
    std::vector<std::uint32_t> members = {};  ///< places in their class
    std::vector<double> values = {};
  };
  struct PairMachine {
    std::uint32_t first = 0, second = 0;
    Weights of_first = {}, of_second = {};
    double offset = 0;
  };
  [[nodiscard]] KernelBlock block(std::uint32_t rows, std::uint32_t columns) const;
  /// Kernel values of one sample with those of a class.
  void take_values(std::uint64_t place, std::uint32_t of_class, std::vector<double>& to) const;

  Products products_;
  KernelFunction kernel_;
  std::vector<std::vector<std::uint32_t>> members_;  // places of each class
  std::vector<std::vector<double>> squares_;         // of these
  std::vector<PairMachine> machines_;
};

}  // namespace rankwise::learning
