#include "rankwise/statistics/linear_quantile.hpp"

#include <cmath>

namespace rankwise::statistics {

QuantilePosition linear_position(double quantile, std::uint64_t count) {
  const auto last = static_cast<double>(count - 1);
  const double position = last * quantile;
  // NumPy calls the last value -1, so that its weight is this; it tells in the sign of a zero.
  if (position >= last) return {count - 1, count - 1, position + 1};
  const double floor = std::floor(position);
  const auto lower = static_cast<std::uint64_t>(floor);
  return {lower, lower + 1, position - floor};
}

}  // namespace rankwise::statistics
