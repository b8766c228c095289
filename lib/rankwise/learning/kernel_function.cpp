#include "rankwise/learning/kernel_function.hpp"

#include "rankwise/kernels/elementwise.hpp"

namespace rankwise::learning {
namespace {

/// As LIBSVM multiplies: by squares.
double power(double base, std::uint32_t exponent) {
  double result = 1;
  for (; exponent > 0; exponent /= 2, base *= base) {
    if (exponent % 2 == 1) result *= base;
  }
  return result;
}

void apply_to_all(kernels::Operation operation, std::span<double> values) {
  kernels::apply(operation, {values.data(), nullptr, nullptr}, values.size(), values.data());
}

}  // namespace

void KernelFunction::apply(std::span<double> products, double square, std::span<const double> squares) const {
  switch (kind) {
    case Kind::linear:
      return;
    case Kind::polynomial:
      for (double& p : products) p = power(gamma * p + coef0, degree);
      return;
    case Kind::rbf:
      for (std::size_t i = 0; i < products.size(); ++i) {
        products[i] = -gamma * (square + squares[i] - 2 * products[i]);
      }
      return apply_to_all(kernels::Operation::exponential, products);
    case Kind::sigmoid:
      for (double& p : products) p = gamma * p + coef0;
      return apply_to_all(kernels::Operation::hyperbolic_tangent, products);
  }
}

}  // namespace rankwise::learning
