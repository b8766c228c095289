#include "rankwise/kernels/deviates.hpp"

#include <algorithm>
#include <array>

#include "rankwise/kernels/words.hpp"
#include "rankwise/random/normal_coefficients.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/deviates.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR

using Reals = hn::ScalableTag<double>;
using Words = hn::ScalableTag<std::uint64_t>;
using Word = hn::Vec<Words>;
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

/// Whole numbers below 2^52: 2^52 + n by its bits, less 2^52.
HWY_INLINE Real FromBelow52Bits(Word numbers) {
  const auto bits = hn::Or(numbers, hn::Set(Words(), std::uint64_t{0x4330000000000000}));
  return hn::Sub(hn::BitCast(Reals(), bits), Constant(0x1p52));
}

/// random::unit_interval: the word's upper 32 bits and the 21 below them; both products are exact, and so is their sum.
HWY_INLINE Real UnitInterval(Word word) {
  const auto upper = FromBelow52Bits(hn::ShiftRight<32>(word));
  const auto lower = FromBelow52Bits(hn::ShiftRight<11>(hn::And(word, hn::Set(Words(), std::uint64_t{0xFFFFFFFF}))));
  return hn::Add(hn::Mul(upper, Constant(0x1p-32)), hn::Mul(lower, Constant(0x1p-53)));
}

/// random::normal_deviate, operation by operation.
HWY_INLINE Real NormalDeviate(Word word) {
  const Reals real;
  const auto p = hn::Mul(hn::Add(FromBelow52Bits(hn::ShiftRight<12>(word)), Constant(0.5)), Constant(0x1p-52));
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

/// All whole vectors of them. @return how many words that were
std::size_t UniformOfWords(const std::uint64_t* words, std::size_t size, double* to) {
#if HWY_TARGET == HWY_SCALAR
  reference::uniform({words, size}, {to, size});
  return size;
#else
  std::size_t done = 0;
  const std::size_t lanes = hn::Lanes(Words());
  for (; done + lanes <= size; done += lanes) {
    hn::StoreU(UnitInterval(hn::LoadU(Words(), words + done)), Reals(), to + done);
  }
  return done;
#endif
}

std::size_t NormalOfWords(const std::uint64_t* words, std::size_t size, double* to) {
#if HWY_TARGET == HWY_SCALAR
  reference::normal({words, size}, {to, size});
  return size;
#else
  std::size_t done = 0;
  const std::size_t lanes = hn::Lanes(Words());
  for (; done + lanes <= size; done += lanes) {
    hn::StoreU(NormalDeviate(hn::LoadU(Words(), words + done)), Reals(), to + done);
  }
  return done;
#endif
}

}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rankwise::kernels {

HWY_EXPORT(UniformOfWords);
HWY_EXPORT(NormalOfWords);

void uniform(std::span<const std::uint64_t> words, std::span<double> to) {
  const std::size_t done = HWY_DYNAMIC_DISPATCH(UniformOfWords)(words.data(), words.size(), to.data());
  reference::uniform(words.subspan(done), to.subspan(done));
}

void normal(std::span<const std::uint64_t> words, std::span<double> to) {
  const std::size_t done = HWY_DYNAMIC_DISPATCH(NormalOfWords)(words.data(), words.size(), to.data());
  reference::normal(words.subspan(done), to.subspan(done));
}

namespace {

using Deviates = void(std::span<const std::uint64_t> words, std::span<double> to);

/// By way of words that stay in the cache.
void of_stream(Deviates deviates, const random::Stream& stream, std::uint64_t first, std::span<double> to) {
  std::array<std::uint64_t, 1024> room;
  for (std::size_t done = 0; done < to.size(); done += room.size()) {
    const std::size_t size = std::min(room.size(), to.size() - done);
    words(stream, first + done, std::span(room).first(size));
    deviates(std::span(room).first(size), to.subspan(done, size));
  }
}

}  // namespace

void uniform(const random::Stream& stream, std::uint64_t first, std::span<double> to) {
  of_stream(uniform, stream, first, to);
}

void normal(const random::Stream& stream, std::uint64_t first, std::span<double> to) {
  of_stream(normal, stream, first, to);
}

}  // namespace rankwise::kernels
#endif
