// Exponentials and logarithms, for numbers N of numbers-inl.hpp. Included once for each target; hence no
// #pragma once.

#if defined(RANKWISE_EXPONENTIAL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef RANKWISE_EXPONENTIAL_INL
#undef RANKWISE_EXPONENTIAL_INL
#else
#define RANKWISE_EXPONENTIAL_INL
#endif

#include <hwy/highway.h>

#include <limits>

#include "rankwise/kernels/numbers-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
// The upper part has 33 bits: its products with exponents are exact.
constexpr double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;

/// high + low, |low| at most half an ulp of high: T. J. Dekker, "A floating-point technique for extending the available
/// precision" (1971), doi:10.1007/BF01397083.
template <class N>
struct Sum {
  N high, low;
};

/// a + b exactly, |a| >= |b|.
template <class N>
HWY_INLINE Sum<N> ordered_sum(N a, N b) {
  const N sum = a + b;
  return {sum, b - (sum - a)};
}
/// a + b exactly (D. E. Knuth).
template <class N>
HWY_INLINE Sum<N> exact_sum(N a, N b) {
  const N sum = a + b, other = sum - a;
  return {sum, (a - (sum - other)) + (b - other)};
}
/// a · b exactly.
template <class N>
HWY_INLINE Sum<N> exact_product(N a, N b) {
  const N product = a * b;
  return {product, fused(a, b, -product)};
}
/// To about 2^-102 of the product.
template <class N>
HWY_INLINE Sum<N> product(const Sum<N>& a, const Sum<N>& b) {
  const Sum<N> high = exact_product(a.high, b.high);
  return ordered_sum(high.high, high.low + (a.high * b.low + a.low * b.high));
}
/// To about 2^-100 of a, |a| >= |b|.
template <class N>
HWY_INLINE Sum<N> sum(const Sum<N>& a, const Sum<N>& b) {
  const Sum<N> high = ordered_sum(a.high, b.high);
  return ordered_sum(high.high, high.low + (a.low + b.low));
}

/// c[first] + c[first + 1] x + c[first + 2] x² + ...
template <std::size_t first = 0, class N, std::size_t count>
HWY_INLINE N polynomial(const double (&c)[count], N x) {
  if constexpr (first + 1 == count) {
    return N(c[first]);
  } else {
    return fused(polynomial<first + 1>(c, x), x, N(c[first]));
  }
}

/// 2^exponent · (high + low), sqrt(1/2) < high < sqrt(2), to about 2^-57.
template <class N>
struct Exponential {
  N exponent;
  Sum<N> factor;

  /// Rounded to a double, also to one below the normal ones.
  [[nodiscard]] HWY_INLINE N rounded() const {
    const N half = round_down(exponent * N(0.5));  // 2^exponent itself may be too large or too small for a double
    return (factor.high + factor.low) * power_of_two(half) * power_of_two(exponent - half);
  }
};

/// exp(x), |x| < 800.
template <class N>
HWY_INLINE Exponential<N> exponential_of(const Sum<N>& x) {
  static constexpr double log2_e = 1.44269504088896338700e+00;
  // 1 / n! from n = 2 on: what is left away is below 2^-57 for |r| <= ln(2) / 2.
  static constexpr double c[] = {1. / 2,     1. / 6,      1. / 24,      1. / 120,      1. / 720,       1. / 5040,
                                 1. / 40320, 1. / 362880, 1. / 3628800, 1. / 39916800, 1. / 479001600, 1. / 6227020800};
  const N k = nearest(x.high * N(log2_e));
  const N nearly = fused(k, N(-ln2_high), x.high), rest = k * N(ln2_low);
  const N r = nearly - rest, r_low = ((nearly - r) - rest) + x.low;
  const N more = r * r * polynomial(c, r);
  const Sum<N> one = ordered_sum(N(1), r);
  return {k, ordered_sum(one.high, one.low + (more + fused(r + more, r_low, r_low)))};
}

template <class N>
HWY_INLINE N exponential(N x) {
  // Beyond these it is 0 or infinite; NaN goes through.
  const N within = select(x < N(-800), N(-800), select(N(800) < x, N(800), x));
  return exponential_of(Sum<N>{within, N(0)}).rounded();
}

/// exp(x) for what becomes a float32: within 1 ulp of float64 wherever that holds the result, in few steps.
template <class N>
HWY_INLINE N exponential_for_float32(N x) {
  static constexpr double log2_e = 1.44269504088896338700e+00;
  // 1 / n! from n = 2 on: what is left away is below 2^-52 for |r| <= ln(2) / 2.
  static constexpr double c[] = {1. / 2,     1. / 6,      1. / 24,      1. / 120,      1. / 720,      1. / 5040,
                                 1. / 40320, 1. / 362880, 1. / 3628800, 1. / 39916800, 1. / 479001600};
  // Beyond these it is 0 or infinite as a float32; NaN goes through.
  const N within = select(x < N(-150), N(-150), select(N(150) < x, N(150), x));
  const N k = nearest(within * N(log2_e));
  const N r = fused(k, N(-ln2_low), fused(k, N(-ln2_high), within));
  return (N(1) + fused(r * r, polynomial(c, r), r)) * power_of_two(k);
}

template <class N>
HWY_INLINE N hyperbolic_tangent(N x) {
  const N magnitude = absolute(x);
  const N within = select(N(22) < magnitude, N(22), magnitude);  // from there on it is 1
  const Exponential<N> e = exponential_of(Sum<N>{within + within, N(0)});
  const N scale = power_of_two(e.exponent);
  const Sum<N> power{e.factor.high * scale, e.factor.low * scale};
  // (e^2x - 1) / (e^2x + 1). A factor below 1 has 2^exponent >= 2: both sums are in order.
  const Sum<N> less = exact_sum(power.high, N(-1)), more = exact_sum(power.high, N(1));
  const Sum<N> above = ordered_sum(less.high, less.low + power.low),
               below = ordered_sum(more.high, more.low + power.low);
  const N quotient = above.high / below.high;
  const N remainder = fused(-quotient, below.high, above.high) + (above.low - quotient * below.low);
  return with_sign_of(select(magnitude < N(0x1p-28), magnitude, quotient + remainder / below.high), x);
}

/// log(x) of positive, finite, normal numbers to about 2^-68: log(m) = 2 artanh((m - 1) / (m + 1)).
template <class N>
HWY_INLINE Sum<N> precise_logarithm(N x, N extra_exponent) {
  static constexpr double third_low = 0x1.5555555555555p-56, fifth_low = -0x1.999999999999ap-57;
  // 1 / (2 n + 1) from n = 3 on: what is left away is below 2^-70.
  static constexpr double c[] = {1. / 7,  1. / 9,  1. / 11, 1. / 13, 1. / 15, 1. / 17,
                                 1. / 19, 1. / 21, 1. / 23, 1. / 25, 1. / 27, 1. / 29};
  N k(0);
  const N m = split(x, k);
  k = k + extra_exponent;
  const N above = m - N(1);
  const Sum<N> below = exact_sum(m, N(1));
  const N quotient = above / below.high;
  const Sum<N> s{quotient, (fused(-quotient, below.high, above) - quotient * below.low) / below.high};
  const Sum<N> z = product(s, s);
  const N tail = z.high * polynomial(c, z.high);
  const Sum<N> fifth = ordered_sum(N(1. / 5), tail), from_fifth{fifth.high, fifth.low + N(fifth_low)};
  const Sum<N> from_third = sum(Sum<N>{N(1. / 3), N(third_low)}, product(z, from_fifth));
  const Sum<N> series = sum(s, product(s, product(z, from_third)));
  const Sum<N> log_m{series.high + series.high, series.low + series.low};
  const Sum<N> powers = exact_sum(k * N(ln2_high), log_m.high);
  return ordered_sum(powers.high, powers.low + fused(k, N(ln2_low), log_m.low));
}

/// What logarithms of any number begin with: numbers below the normal ones become normal.
template <class N>
struct Positive {
  N number, exponent;  ///< x = 2^exponent · number
};
template <class N>
HWY_INLINE Positive<N> normal_part(N x) {
  const auto small = x < N(0x1p-1022);
  return {select(small, x * N(0x1p54), x), select(small, N(-54), N(0))};
}
/// A logarithm, or what stands for it: of 0, of less than 0, of infinity and of NaN.
template <class N>
HWY_INLINE N logarithm_or_special(N x, N logarithm) {
  const N above = select(x < N(infinity), logarithm, x);
  return select(N(0) < x, above, select(x == N(0), N(-infinity), N(not_a_number)));
}

/// Within 1 ulp. fdlibm's __ieee754_log (Sun Microsystems, 1993), as random::natural_logarithm.
template <class N>
HWY_INLINE N logarithm(N x) {
  static constexpr double l1 = 6.666666666666735130e-01, l2 = 3.999999999940941908e-01, l3 = 2.857142874366239149e-01,
                          l4 = 2.222219843214978396e-01, l5 = 1.818357216161805012e-01, l6 = 1.531383769920937332e-01,
                          l7 = 1.479819860511658591e-01;
  const Positive<N> positive = normal_part(x);
  N k(0);
  const N f = split(positive.number, k) - N(1);
  k = k + positive.exponent;
  const N s = f / (N(2) + f), z = s * s, w = z * z;
  const N r = z * (N(l1) + w * (N(l3) + w * (N(l5) + w * N(l7)))) + w * (N(l2) + w * (N(l4) + w * N(l6)));
  const N half_square = N(0.5) * f * f;
  return logarithm_or_special(x, k * N(ln2_high) - ((half_square - (s * (half_square + r) + k * N(ln2_low))) - f));
}

template <class N>
HWY_INLINE N logarithm10(N x) {
  static constexpr double log10_e = 0x1.bcb7b1526e50ep-2, log10_e_low = 0x1.95355baaafad3p-57;
  const Positive<N> positive = normal_part(x);
  const Sum<N> natural = precise_logarithm(positive.number, positive.exponent);
  const Sum<N> decimal = product(natural, Sum<N>{N(log10_e), N(log10_e_low)});
  return logarithm_or_special(x, decimal.high + decimal.low);
}

/// C99's pow.
template <class N>
HWY_INLINE N power(N x, N y) {
  const N base = absolute(x);
  const Positive<N> positive = normal_part(base);
  const Sum<N> log = precise_logarithm(positive.number, positive.exponent);
  const Sum<N> scaled = exact_product(y, log.high);
  const Sum<N> exponent = ordered_sum(scaled.high, fused(y, log.low, scaled.low));
  const auto moderate = absolute(exponent.high) < N(800);
  const N computed =
      exponential_of(Sum<N>{select(moderate, exponent.high, N(0)), select(moderate, exponent.low, N(0))}).rounded();
  // Elsewhere its logarithm's sign alone decides.
  const N direction = y * logarithm_or_special(base, log.high);
  const N extreme = select(N(0) < direction, N(infinity), select(direction < N(0), N(0), direction));
  const auto usual = both(moderate, both(N(0) < base, base < N(infinity)));
  N result = select(usual, computed, extreme);
  const N half = y * N(0.5);
  const auto integer = round_down(y) == y, even = round_down(half) == half;
  const auto negative = with_sign_of(N(1), x) < N(0);
  result = select(both(negative, both(integer, !even)), -result, result);
  result = select(both(x < N(0), both(base < N(infinity), !integer)), N(not_a_number), result);
  const auto one = either(either(x == N(1), y == N(0)), both(base == N(1), absolute(y) == N(infinity)));
  return select(one, N(1), result);
}

}  // namespace
}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
