#include "rankwise/kernels/radial_basis.hpp"

#include "rankwise/kernels/exponential-inl.hpp"

namespace rankwise::kernels::reference {

void radial_basis(const double* products, double square, const double* squares, double gamma, std::size_t size,
                  float* to) {
  for (std::size_t i = 0; i < size; ++i) {
    const double distance = square + squares[i] - 2 * products[i];
    to[i] = static_cast<float>(HWY_NAMESPACE::exponential_for_float32(-gamma * distance));
  }
}

void subtract_scaled(const float* values, double weight, std::size_t size, double* sums) {
  for (std::size_t i = 0; i < size; ++i) sums[i] -= weight * static_cast<double>(values[i]);
}

}  // namespace rankwise::kernels::reference
