#include "rankwise/kernels/argument_reduction.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace rankwise::kernels {
namespace {

// The binary digits of 2/π behind the point, 64 in each word.
constexpr std::array<std::uint64_t, 20> two_over_pi{
    0xA2F9836E4E441529U, 0xFC2757D1F534DDC0U, 0xDB6295993C439041U, 0xFE5163ABDEBBC561U, 0xB7246E3A424DD2E0U,
    0x06492EEA09D1921CU, 0xFE1DEB1CB129A73EU, 0xE88235F52EBB4484U, 0xE99C7026B45F7E41U, 0x3991D639835339F4U,
    0x9C845F8BBDF9283BU, 0x1FF897FFDE05980FU, 0xEF2F118B5A0A6D1FU, 0x6D367ECF27CB09B7U, 0x4F463F669E5FEA2DU,
    0x7527BAC7EBE5F17BU, 0x3D0739F78A5292EAU, 0x6BFB5FB11F8D5D08U, 0x56033046FC7B6BABU, 0xF0CFBC209AF4361DU};

/// Digits [first, first + 64), from the point on; 0 before it.
std::uint64_t digits(std::int64_t first) {
  if (first <= -64) return 0;
  if (first < 0) return two_over_pi[0] >> -first;
  const auto word = static_cast<std::size_t>(first / 64);
  const int shift = static_cast<int>(first % 64);
  if (shift == 0) return two_over_pi[word];
  return two_over_pi[word] << shift | two_over_pi[word + 1] >> (64 - shift);
}

struct Wide {
  std::uint64_t high, low;
};
Wide multiply(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t a_low = a & 0xFFFFFFFFU, a_high = a >> 32, b_low = b & 0xFFFFFFFFU, b_high = b >> 32;
  const std::uint64_t low = a_low * b_low, cross = a_high * b_low + (low >> 32);
  const std::uint64_t other = a_low * b_high + (cross & 0xFFFFFFFFU);
  return {a_high * b_high + (cross >> 32) + (other >> 32), other << 32 | (low & 0xFFFFFFFFU)};
}

}  // namespace

ReducedAngle reduce_large_angle(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(std::abs(x));
  const std::uint64_t mantissa = (bits & 0x000FFFFFFFFFFFFFU) | 0x0010000000000000U;
  const auto exponent = static_cast<std::int64_t>(bits >> 52) - 1075;  // x = mantissa · 2^exponent
  // 2/π · x modulo 4, in whole numbers of 2^-126: the digits of 2/π before `first` give multiples of 4, as does the
  // upper word of the first product; those behind the next 192 digits are too small to be seen.
  const std::int64_t first = exponent - 2;
  const Wide a = multiply(mantissa, digits(first)), b = multiply(mantissa, digits(first + 64)),
             c = multiply(mantissa, digits(first + 128));
  std::uint64_t low = b.low + c.high;
  std::uint64_t high = a.low + b.high + (low < c.high ? 1 : 0);
  std::uint64_t quadrant = high >> 62;
  high = high << 2 | low >> 62;
  low <<= 2;
  const bool above_half = high >> 63 != 0;
  if (above_half) {  // the nearest multiple of π/2 is the next one
    ++quadrant;
    low = ~low + 1;
    high = ~high + (low == 0 ? 1 : 0);
  }
  // The first digits that are not 0 in the upper of two doubles.
  const int zeros = high != 0 ? std::countl_zero(high) : 64 + std::countl_zero(low | 1);
  if (zeros >= 64) {
    high = low << (zeros - 64);
    low = 0;
  } else if (zeros > 0) {
    high = high << zeros | low >> (64 - zeros);
    low <<= zeros;
  }
  const double scale = std::ldexp(1.0, -64 - zeros);
  const double upper = static_cast<double>(high & ~std::uint64_t{0x7FF}) * scale;
  const double lower = (static_cast<double>(high & 0x7FFU) + static_cast<double>(low) * 0x1p-64) * scale;
  constexpr double half_pi = 0x1.921fb54442d18p+0, half_pi_low = 0x1.1a62633145c07p-54;
  const double angle = upper * half_pi;
  const double rest = std::fma(upper, half_pi, -angle) + (upper * half_pi_low + lower * half_pi);
  ReducedAngle reduced{.high = angle + rest, .low = rest - ((angle + rest) - angle)};
  if (above_half != (x < 0)) reduced = {.high = -reduced.high, .low = -reduced.low};
  const std::uint64_t turned = x < 0 ? 4 - quadrant % 4 : quadrant;
  reduced.quadrant = static_cast<double>(turned % 4);
  return reduced;
}

}  // namespace rankwise::kernels
