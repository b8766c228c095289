#include "rankwise/random/normal.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>

#include "rankwise/random/normal_coefficients.hpp"

namespace rankwise::random {
namespace {

template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
  double value = coefficients[N - 1];
  for (std::size_t i = N - 1; i-- > 0;) value = value * x + coefficients[i];
  return value;
}

}  // namespace

double natural_logarithm(double x) {
  // x = 2^k (1 + f) with sqrt(1/2) < 1 + f < sqrt(2); log(1 + f) by a polynomial in s = f / (2 + f).
  const auto& [l1, l2, l3, l4, l5, l6, l7] = log_coefficients;
  auto bits = std::bit_cast<std::uint64_t>(x);
  bits += log_one - log_half_sqrt2;
  const double k = static_cast<double>(static_cast<std::int64_t>(bits >> 52) - 1023);
  const double f = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFU) + log_half_sqrt2) - 1.0;
  const double s = f / (2.0 + f), z = s * s, w = z * z;
  const double r = z * (l1 + w * (l3 + w * (l5 + w * l7))) + w * (l2 + w * (l4 + w * l6));
  const double half_square = 0.5 * f * f;
  return k * log_ln2_high - ((half_square - (s * (half_square + r) + k * log_ln2_low)) - f);
}

double normal_quantile(double p) {
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(central_numerator, r) / polynomial(central_denominator, r);
  }
  const double tail = std::sqrt(-natural_logarithm(q < 0 ? p : 1.0 - p));
  const double value = tail <= 5.0 ? polynomial(tail_numerator, tail - 1.6) / polynomial(tail_denominator, tail - 1.6)
                                   : polynomial(far_numerator, tail - 5.0) / polynomial(far_denominator, tail - 5.0);
  return q < 0 ? -value : value;
}

double normal_deviate(std::uint64_t word) {
  // The middle of one of 2^52 equal cells: never 0 or 1, and symmetric around 1/2.
  return normal_quantile((static_cast<double>(word >> 12) + 0.5) * 0x1.0p-52);
}

}  // namespace rankwise::random
