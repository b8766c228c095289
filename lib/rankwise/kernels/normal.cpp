#include "rankwise/kernels/normal.hpp"

#include <array>

#include "rankwise/kernels/whole_draws.hpp"
#include "rankwise/random/normal_coefficients.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/normal.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

#include "rankwise/kernels/philox-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {

#if HWY_TARGET != HWY_SCALAR

using Reals = hn::ScalableTag<double>;
using Real = hn::Vec<Reals>;

HWY_INLINE Real Constant(double value) {
  return hn::Set(Reals(), value);
}

/// No fused products, here and below: the scalar form has none.
template <std::size_t N>
HWY_INLINE Real Polynomial(const std::array<double, N>& coefficients, Real x) {
  Real value = Constant(coefficients[N - 1]);
  for (std::size_t i = N - 1; i-- > 0;) value = hn::Add(hn::Mul(value, x), Constant(coefficients[i]));
  return value;
}

/// random::natural_logarithm, operation by operation.
HWY_INLINE Real NaturalLogarithm(Real x) {
  const Words d;
  const Reals real;
  const auto& [l1, l2, l3, l4, l5, l6, l7] = random::log_coefficients;
  const auto bits = hn::Add(hn::BitCast(d, x), hn::Set(d, random::log_one - random::log_half_sqrt2));
  // An exponent as a number: 2^52 + e by its bits.
  const auto biased =
      hn::BitCast(real, hn::Or(hn::ShiftRight<52>(bits), hn::Set(d, std::uint64_t{0x4330000000000000})));
  const auto k = hn::Sub(biased, Constant(0x1p52 + 1023));
  const auto mantissa = hn::Add(hn::And(bits, hn::Set(d, std::uint64_t{0x000FFFFFFFFFFFFF})),
                                hn::Set(d, std::uint64_t{random::log_half_sqrt2}));
  const auto f = hn::Sub(hn::BitCast(real, mantissa), Constant(1.0));
  const auto s = hn::Div(f, hn::Add(Constant(2.0), f)), z = hn::Mul(s, s), w = hn::Mul(z, z);
  const auto odd = hn::Add(Constant(l3), hn::Mul(w, hn::Add(Constant(l5), hn::Mul(w, Constant(l7)))));
  const auto even = hn::Add(Constant(l2), hn::Mul(w, hn::Add(Constant(l4), hn::Mul(w, Constant(l6)))));
  const auto r = hn::Add(hn::Mul(z, hn::Add(Constant(l1), hn::Mul(w, odd))), hn::Mul(w, even));
  const auto half_square = hn::Mul(hn::Mul(Constant(0.5), f), f);
  const auto low = hn::Add(hn::Mul(s, hn::Add(half_square, r)), hn::Mul(k, Constant(random::log_ln2_low)));
  return hn::Sub(hn::Mul(k, Constant(random::log_ln2_high)), hn::Sub(hn::Sub(half_square, low), f));
}

/// random::normal_quantile where |p - 1/2| > 0.425.
HWY_INLINE Real Tail(Real p, Real q) {
  const auto below = hn::Lt(q, Constant(0.0));
  const auto nearer = hn::IfThenElse(below, p, hn::Sub(Constant(1.0), p));
  const auto tail = hn::Sqrt(hn::Neg(NaturalLogarithm(nearer)));
  const auto near = hn::Sub(tail, Constant(1.6));
  auto value = hn::Div(Polynomial(random::tail_numerator, near), Polynomial(random::tail_denominator, near));
  const auto is_far = hn::Gt(tail, Constant(5.0));
  if (!hn::AllFalse(Reals(), is_far)) {
    const auto far = hn::Sub(tail, Constant(5.0));
    const auto there = hn::Div(Polynomial(random::far_numerator, far), Polynomial(random::far_denominator, far));
    value = hn::IfThenElse(is_far, there, value);
  }
  return hn::IfThenElse(below, hn::Neg(value), value);
}

/// random::normal_deviate of words whose halves are the lanes' lower halves.
HWY_INLINE Real NormalDeviate(Word low, Word high) {
  const Words d;
  const Reals real;
  const auto half = hn::Set(d, std::uint64_t{0xFFFFFFFF});
  const auto word = hn::Or(hn::And(low, half), hn::ShiftLeft<32>(high));
  // 2^52 + n by its bits, n below 2^52.
  const auto cell = hn::BitCast(real, hn::Or(hn::ShiftRight<12>(word), hn::Set(d, std::uint64_t{0x4330000000000000})));
  const auto p = hn::Mul(hn::Add(hn::Sub(cell, Constant(0x1p52)), Constant(0.5)), Constant(0x1p-52));
  const auto q = hn::Sub(p, Constant(0.5));
  const auto r = hn::Sub(Constant(0.180625), hn::Mul(q, q));
  const auto central =
      hn::Div(hn::Mul(q, Polynomial(random::central_numerator, r)), Polynomial(random::central_denominator, r));
  const auto is_tail = hn::Gt(hn::Abs(q), Constant(0.425));
  if (hn::AllFalse(real, is_tail)) return central;
  return hn::IfThenElse(is_tail, Tail(p, q), central);
}

#endif

}  // namespace

/// Of draws [begin, end), two numbers each; end - begin is a multiple of the lanes.
void NormalOfDraws(const random::Stream& stream, std::uint64_t begin, std::uint64_t end, double* to) {
#if HWY_TARGET == HWY_SCALAR
  reference::normal(stream, 2 * begin, {to, 2 * (end - begin)});
#else
  const Words d;
  const RoundKeys keys(stream.key());
  const random::PhiloxCounter upper = stream.counter(0);
  const std::size_t lanes = hn::Lanes(d);
  for (std::uint64_t position = begin; position < end; position += lanes, to += 2 * lanes) {
    const auto draws = DrawAt(hn::Iota(d, position), upper, keys);
    hn::StoreInterleaved2(NormalDeviate(draws.c0, draws.c1), NormalDeviate(draws.c2, draws.c3), Reals(), to);
  }
#endif
}

}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rankwise::kernels {

HWY_EXPORT(NormalOfDraws);

void normal(const random::Stream& stream, std::uint64_t first, std::span<double> to) {
  const WholeDraws whole(first, to.size());
  reference::normal(stream, first, to.first(whole.before));
  if (whole.draws > 0) {
    HWY_DYNAMIC_DISPATCH(NormalOfDraws)(stream, whole.begin, whole.begin + whole.draws, to.data() + whole.before);
  }
  reference::normal(stream, first + whole.before + 2 * whole.draws, to.subspan(whole.before + 2 * whole.draws));
}

}  // namespace rankwise::kernels
#endif
