#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

namespace rankwise::statistics {

/// Where a quantile lies among sorted values: between those of two ranks, counted from 0.
struct QuantilePosition {
  std::uint64_t lower = 0;
  std::uint64_t upper = 0;
  double weight = 0;  ///< of the upper one
};

/// NumPy's method "linear": quantile · (count - 1), the seventh of R. J. Hyndman, Y. Fan, "Sample Quantiles in
/// Statistical Packages" (1996).
/// @pre 0 <= quantile <= 1, count > 0
QuantilePosition linear_position(double quantile, std::uint64_t count);

/// The ranks of the values that quantiles are made of: ascending, each once; none where there are no values.
std::vector<std::uint64_t> ranks_of(const std::vector<double>& quantiles, std::uint64_t count);

/// The value between two, as NumPy rounds it. The difference of integers is exact, where NumPy's wraps around when it
/// leaves the type. That of equal infinities is NaN, as there.
template <class T>
double interpolate(T lower, T upper, double weight) {
  double difference = 0;
  if constexpr (std::is_floating_point_v<T>) {
    difference = static_cast<double>(upper) - static_cast<double>(lower);
  } else {
    difference = static_cast<double>(static_cast<std::uint64_t>(upper) - static_cast<std::uint64_t>(lower));
  }
  if (weight < 0.5) return static_cast<double>(lower) + difference * weight;
  return static_cast<double>(upper) - difference * (1 - weight);
}

}  // namespace rankwise::statistics
