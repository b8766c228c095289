#include "rankwise/learning/kernel_function.hpp"

#include <algorithm>
#include <vector>

#include "rankwise/kernels/elementwise.hpp"
#include "rankwise/kernels/radial_basis.hpp"

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

void KernelFunction::take_arguments(std::span<const double> products, double square, const double* squares,
                                    double* to) const {
  switch (kind) {
    case Kind::linear:
      std::copy(products.begin(), products.end(), to);
      return;
    case Kind::rbf:
      for (std::size_t i = 0; i < products.size(); ++i) to[i] = -gamma * (square + squares[i] - 2 * products[i]);
      return;
    case Kind::polynomial:
    case Kind::sigmoid:
      for (std::size_t i = 0; i < products.size(); ++i) to[i] = gamma * products[i] + coef0;
      return;
  }
}

void KernelFunction::take_values(std::span<const double> products, double square, const double* squares,
                                 float* to) const {
  if (kind == Kind::rbf) return kernels::radial_basis(products.data(), square, squares, gamma, products.size(), to);
  std::vector<double> values(products.size());
  take_arguments(products, square, squares, values.data());
  finish(values);
  std::transform(values.begin(), values.end(), to, [](double value) { return static_cast<float>(value); });
}

void KernelFunction::finish(std::span<double> arguments) const {
  switch (kind) {
    case Kind::linear:
      return;
    case Kind::polynomial:
      for (double& argument : arguments) argument = power(argument, degree);
      return;
    case Kind::rbf:
      return apply_to_all(kernels::Operation::exponential, arguments);
    case Kind::sigmoid:
      return apply_to_all(kernels::Operation::hyperbolic_tangent, arguments);
  }
}

}  // namespace rankwise::learning
