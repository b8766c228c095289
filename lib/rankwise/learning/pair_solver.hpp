#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rankwise::learning {

/// Kernel values of some samples (rows) with others (columns), row by row.
struct KernelBlock {
  std::vector<float> values = {};
  std::size_t columns = 0;
  [[nodiscard]] const float* row(std::size_t index) const { return values.data() + index * columns; }
  [[nodiscard]] std::size_t rows() const { return columns == 0 ? 0 : values.size() / columns; }
};

/// Two classes as a support vector machine separates them: the samples of the first are on its positive side.
struct Pair {
  struct Side {
    const KernelBlock* with_first = nullptr;
    const KernelBlock* with_second = nullptr;
    std::span<const double> diagonal = {};  ///< each sample's kernel value with itself
    double c = 1;                           ///< what its samples may weigh
  };
  Side first, second;
};

/// decision(x) = Σ weights_first K(x, ·) - Σ weights_second K(x, ·) - offset
struct Machine {
  std::vector<double> weights_first, weights_second;  ///< not negative; 0 for what is no support vector
  double offset = 0;
  std::uint64_t iterations = 0;
};

/// The C-SVC of two classes by sequential minimal optimisation with second-order working sets and shrinking: LIBSVM's
/// (C.-C. Chang, C.-J. Lin, "LIBSVM: a library for support vector machines", 2011) step for step, on kernel values that
/// are there already.
/// @param tolerance of the greatest violation of the optimality conditions, as scikit-learn's `tol`
/// @throws Stopped if a signal asks to stop
Machine separate(const Pair& pair, double tolerance);

}  // namespace rankwise::learning
