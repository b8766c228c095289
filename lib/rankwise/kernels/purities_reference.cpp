#include <vector>

#include "rankwise/kernels/purities.hpp"

namespace rankwise::kernels::reference {

void purities(const std::uint32_t* weights, std::size_t ranks, const double* totals, std::size_t stride,
              double* purities) {
  std::vector<double> below(stride);
  for (std::size_t r = 0; r < ranks; ++r) {
    double weight = 0, squares = 0, rest = 0, rest_squares = 0;
    for (std::size_t k = 0; k < stride; ++k) {
      below[k] += weights[r * stride + k];
      const double above = totals[k] - below[k];
      weight += below[k];
      squares += below[k] * below[k];
      rest += above;
      rest_squares += above * above;
    }
    purities[r] = squares / weight + rest_squares / rest;
  }
}

}  // namespace rankwise::kernels::reference
