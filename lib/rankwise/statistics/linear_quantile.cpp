#include "rankwise/statistics/linear_quantile.hpp"

#include <algorithm>
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

std::vector<std::uint64_t> ranks_of(const std::vector<double>& quantiles, std::uint64_t count) {
  std::vector<std::uint64_t> ranks;
  if (count == 0) return ranks;
  for (const double quantile : quantiles) {
    const QuantilePosition at = linear_position(quantile, count);
    ranks.push_back(at.lower);
    ranks.push_back(at.upper);
  }
  std::sort(ranks.begin(), ranks.end());
  ranks.erase(std::unique(ranks.begin(), ranks.end()), ranks.end());
  return ranks;
}

}  // namespace rankwise::statistics
