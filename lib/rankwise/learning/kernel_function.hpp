#pragma once

#include <cstdint>
#include <span>

namespace rankwise::learning {

/// How alike two samples are, as scikit-learn's SVC has it: of the product x·y and the squares x·x, y·y.
struct KernelFunction {
  enum class Kind : std::uint8_t {
    linear,      ///< x·y
    polynomial,  ///< (gamma x·y + coef0)^degree
    rbf,         ///< exp(-gamma |x - y|²)
    sigmoid,     ///< tanh(gamma x·y + coef0)
  };
  Kind kind = Kind::rbf;
  double gamma = 1;
  double coef0 = 0;
  std::uint32_t degree = 3;
  friend bool operator==(const KernelFunction&, const KernelFunction&) = default;

  /// The first half of the way, for x and some samples that stand side by side: arguments.
  /// @param products of x with each of them
  /// @param square x·x
  /// @param squares of them
  /// @param to as many
  void take_arguments(std::span<const double> products, double square, const double* squares, double* to) const;
  /// The second: arguments become kernel values.
  void finish(std::span<double> arguments) const;
  /// Both at once, rounded to float32.
  void take_values(std::span<const double> products, double square, const double* squares, float* to) const;
};

}  // namespace rankwise::learning
