#include "rankwise/kernels/elementwise.hpp"
#include "rankwise/kernels/radial_basis.hpp"

namespace rankwise::kernels::reference {

void radial_basis(const double* products, double square, const double* squares, double gamma, std::size_t size,
                  float* to) {
  for (std::size_t i = 0; i < size; ++i) {
    double value = -gamma * (square + squares[i] - 2 * products[i]);
    reference::apply(Operation::exponential, {&value, nullptr, nullptr}, 1, &value);
    to[i] = static_cast<float>(value);
  }
}

void subtract_scaled(const float* values, double weight, std::size_t size, double* sums) {
  for (std::size_t i = 0; i < size; ++i) sums[i] -= weight * static_cast<double>(values[i]);
}

}  // namespace rankwise::kernels::reference
