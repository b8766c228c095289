// Sine, cosine and tangent, for numbers N of numbers-inl.hpp. Included once for each target; hence no
// #pragma once.

#if defined(RANKWISE_TRIGONOMETRIC_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef RANKWISE_TRIGONOMETRIC_INL
#undef RANKWISE_TRIGONOMETRIC_INL
#else
#define RANKWISE_TRIGONOMETRIC_INL
#endif

#include <hwy/highway.h>

#include "rankwise/kernels/exponential-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {

/// x = quadrant · π/2 + rest, but for whole turns; |rest| <= π/4.
template <class N>
struct Angle {
  Sum<N> rest;
  N quadrant;  ///< 0 to 3
};

template <class N>
HWY_INLINE Angle<N> reduce(N x) {
  constexpr double two_over_pi = 6.36619772367581382433e-01;
  // π/2 in parts of 33 bits, whose products with quadrants below 2^20 are exact, and the rest of it.
  constexpr double pi_1 = 1.57079632673412561417e+00, pi_2 = 6.07710050630396597660e-11,
                   pi_3 = 2.02226624871116645580e-21, pi_4 = 8.47842766036889956997e-32;
  constexpr double largest = 1e6;
  const N k = nearest(x * N(two_over_pi));
  const N first = fused(k, N(-pi_1), x);
  const Sum<N> second = exact_sum(first, k * N(-pi_2)), third = exact_sum(second.high, k * N(-pi_3));
  const Sum<N> rest = ordered_sum(third.high, second.low + third.low - k * N(pi_4));
  Angle<N> angle{rest, k - N(4) * round_down(k * N(0.25))};
  const auto large = both(N(largest) < absolute(x), absolute(x) < N(infinity));
  if (any(large)) [[unlikely]]
    reduce_each(large, x, angle.rest.high, angle.rest.low, angle.quadrant);
  return angle;
}

/// By fdlibm's polynomials (Sun Microsystems, 1993).
template <class N>
HWY_INLINE Sum<N> sine_of_rest(const Sum<N>& rest) {
  static constexpr double s[] = {-1.66666666666666324348e-01, 8.33333333332248946124e-03,  -1.98412698298579493134e-04,
                                 2.75573137070700676789e-06,  -2.50507602534068634195e-08, 1.58969099521155010221e-10};
  const N r = rest.high, z = r * r;
  return ordered_sum(r, fused(z * r, polynomial(s, z), rest.low * fused(z, N(-0.5), N(1))));
}

template <class N>
HWY_INLINE Sum<N> cosine_of_rest(const Sum<N>& rest) {
  static constexpr double c[] = {4.16666666666666019037e-02,  -1.38888888888741095749e-03, 2.48015872894767294178e-05,
                                 -2.75573143513906633035e-07, 2.08757232129817482790e-09,  -1.13596475577881948265e-11};
  const N r = rest.high;
  const Sum<N> square = exact_product(r, r);
  const N half = square.high * N(-0.5), z = square.high;
  const Sum<N> one = ordered_sum(N(1), half);
  const N less = fused(r, rest.low, square.low * N(0.5));
  return ordered_sum(one.high, one.low + fused(z * z, polynomial(c, z), -less));
}

template <class N>
HWY_INLINE N sine_in_quadrant(const Angle<N>& angle) {
  const Sum<N> sine = sine_of_rest(angle.rest), cosine = cosine_of_rest(angle.rest);
  const N half = angle.quadrant * N(0.5);
  const N value = select(round_down(half) == half, sine.high + sine.low, cosine.high + cosine.low);
  return select(N(1) < angle.quadrant, -value, value);
}

template <class N>
HWY_INLINE N sine(N x) {
  return select(x == N(0), x, sine_in_quadrant(reduce(x)));
}

template <class N>
HWY_INLINE N cosine(N x) {
  Angle<N> angle = reduce(x);
  angle.quadrant = select(angle.quadrant == N(3), N(0), angle.quadrant + N(1));
  return sine_in_quadrant(angle);
}

template <class N>
HWY_INLINE N tangent(N x) {
  const Angle<N> angle = reduce(x);
  const Sum<N> sine = sine_of_rest(angle.rest), cosine = cosine_of_rest(angle.rest);
  const N half = angle.quadrant * N(0.5);
  const auto even = round_down(half) == half;
  const Sum<N> above{select(even, sine.high, -cosine.high), select(even, sine.low, -cosine.low)};
  const Sum<N> below{select(even, cosine.high, sine.high), select(even, cosine.low, sine.low)};
  const N quotient = above.high / below.high;
  const N remainder = fused(-quotient, below.high, above.high) + (above.low - quotient * below.low);
  return select(x == N(0), x, quotient + remainder / below.high);
}

}  // namespace
}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
