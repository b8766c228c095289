#include <limits>

#include "rankwise/kernels/working_set.hpp"

namespace rankwise::kernels::reference {

constexpr double infinity = std::numeric_limits<double>::infinity();

Chosen step(const Variables& variables, double* violations, const float* row_i, const float* row_j, double a,
            double b) {
  Chosen chosen{.value = -infinity};
  for (const auto& run : variables.runs) {
    for (std::size_t t = run.begin; t < run.end; ++t) {
      violations[t] -= static_cast<double>(row_i[t]) * a + static_cast<double>(row_j[t]) * b;
      chosen = better(chosen, Chosen{violations[t] + variables.up[t], variables.places[t]});
    }
  }
  return chosen;
}

Partner best_partner(const Variables& variables, const float* row, double greatest, double own, const Partner& among) {
  constexpr double flat = 1e-12;
  Partner best = among;
  for (const auto& run : variables.runs) {
    for (std::size_t t = run.begin; t < run.end; ++t) {
      const double value = variables.violations[t] + variables.down[t], difference = greatest - value;
      Partner one{.least = -value};
      if (difference > 0) {
        const double curvature = own + variables.diagonal[t] - 2.0 * static_cast<double>(row[t]);
        one.gain = difference * difference / (curvature > 0 ? curvature : flat);
        one.place = variables.places[t];
      }
      best = better(best, one);
    }
  }
  return best;
}

}  // namespace rankwise::kernels::reference
