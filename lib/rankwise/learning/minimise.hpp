#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace rankwise::learning {

/// A smooth function of many numbers: gives its value at x, and puts its gradient there.
using SmoothFunction = std::function<double(std::span<const double> x, std::span<double> gradient)>;

struct MinimiseOptions {
  double tolerance = 1e-8;  ///< of the gradient's greatest element
  std::uint64_t most_iterations = 10'000;
};

/// Goes down from x to a minimum by L-BFGS (D. C. Liu, J. Nocedal, "On the limited memory BFGS method for large scale
/// optimization", 1989), with the line search of A. S. Lewis and M. L. Overton ("Nonsmooth optimization via
/// quasi-Newton methods", 2013). Where rounding lets it go no further, it is there.
/// @return whether it got there in so many iterations
/// @throws Stopped if a signal asks to stop
bool minimise(const SmoothFunction& function, std::vector<double>& x, const MinimiseOptions& options);

}  // namespace rankwise::learning
