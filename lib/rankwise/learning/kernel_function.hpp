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

  /// @param products of x with each of several samples; they become kernel values
  /// @param square x·x
  /// @param squares of these samples
  void apply(std::span<double> products, double square, std::span<const double> squares) const;
};

}  // namespace rankwise::learning
