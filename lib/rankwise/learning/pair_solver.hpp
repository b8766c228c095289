#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rankwise/learning/kernel_rows.hpp"

namespace rankwise::learning {

/// One of two classes that a support vector machine separates.
struct PairSide {
  std::uint32_t of_class = 0;
  std::span<const std::uint32_t> training = {};  ///< which of its samples are trained on, in rising order
  double c = 1;                                  ///< what they may weigh
};

/// decision(x) = Σ weights_first K(x, ·) - Σ weights_second K(x, ·) - offset: the samples of the first class are on its
/// positive side.
struct Machine {
  std::vector<double> weights_first, weights_second;  ///< of all samples, not negative; 0 for what is no support vector
  double offset = 0;
  std::uint64_t iterations = 0;
};

/// The C-SVC of two classes by sequential minimal optimisation with second-order working sets and shrinking: LIBSVM's
/// (C.-C. Chang, C.-J. Lin, "LIBSVM: a library for support vector machines", 2011) step for step.
/// @param tolerance of the greatest violation of the optimality conditions, as scikit-learn's `tol`
/// @throws Stopped if a signal asks to stop
Machine separate(KernelRows& rows, const PairSide& first, const PairSide& second, double tolerance);

}  // namespace rankwise::learning
