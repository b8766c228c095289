#pragma once

#include <cstddef>

namespace rankwise::kernels {

/// to[i] = exp(-gamma (square + squares[i] - 2 products[i])), rounded to float32: the radial basis function of one
/// sample with several, whose products are known. The same bits on every processor.
void radial_basis(const double* products, double square, const double* squares, double gamma, std::size_t size,
                  float* to);

/// sums[i] -= weight · values[i]
void subtract_scaled(const float* values, double weight, std::size_t size, double* sums);

namespace reference {
/// The scalar twins.
void radial_basis(const double* products, double square, const double* squares, double gamma, std::size_t size,
                  float* to);
void subtract_scaled(const float* values, double weight, std::size_t size, double* sums);
}  // namespace reference

}  // namespace rankwise::kernels
