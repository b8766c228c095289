// What formulas can be written with: vectors of doubles, and, for the scalar twins, doubles. Included once for each
// target; hence no #pragma once.

#if defined(RANKWISE_NUMBERS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef RANKWISE_NUMBERS_INL
#undef RANKWISE_NUMBERS_INL
#else
#define RANKWISE_NUMBERS_INL
#endif

#include <hwy/highway.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "rankwise/kernels/argument_reduction.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {

constexpr std::uint64_t bits_of_half_sqrt2 = 0x3FE6A09E00000000U, bits_of_one = 0x3FF0000000000000U,
                        bits_of_mantissa = 0x000FFFFFFFFFFFFFU;

inline bool any(bool truth) {
  return truth;
}
inline bool both(bool a, bool b) {
  return a && b;
}
inline bool either(bool a, bool b) {
  return a || b;
}
inline double select(bool truth, double yes, double no) {
  return truth ? yes : no;
}
/// a · b + c, rounded once.
inline double fused(double a, double b, double c) {
  return std::fma(a, b, c);
}
inline double absolute(double x) {
  return std::abs(x);
}
inline double square_root(double x) {
  return std::sqrt(x);
}
/// The nearest integer, the even one of two.
inline double nearest(double x) {
  return std::nearbyint(x);
}
inline double round_down(double x) {
  return std::floor(x);
}
inline double round_up(double x) {
  return std::ceil(x);
}
inline double with_sign_of(double magnitude, double sign) {
  return std::copysign(magnitude, sign);
}
/// Of two zeros: -0 if one of them is.
inline double either_sign(double a, double b) {
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(a) | std::bit_cast<std::uint64_t>(b));
}
/// Of two zeros: -0 if both are.
inline double both_signs(double a, double b) {
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(a) & std::bit_cast<std::uint64_t>(b));
}
/// 2^k of integers from -1022 to 1023.
inline double power_of_two(double k) {
  // The integer is in the lowest bits of a double that is just large enough.
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(k + (0x1.8p52 + 1023)) << 52);
}
/// x = 2^exponent · mantissa, from sqrt(1/2) on, below sqrt(2); of positive normal numbers.
inline double split(double x, double& exponent) {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x) + (bits_of_one - bits_of_half_sqrt2);
  exponent = static_cast<double>(bits >> 52) - 1023;
  return std::bit_cast<double>((bits & bits_of_mantissa) + bits_of_half_sqrt2);
}
/// Replaces, where `wanted`, an angle by what Payne and Hanek's way makes of x.
inline void reduce_each(bool wanted, double x, double& high, double& low, double& quadrant) {
  if (!wanted) return;
  const ReducedAngle angle = reduce_large_angle(x);
  high = angle.high;
  low = angle.low;
  quadrant = angle.quadrant;
}

#undef RANKWISE_HAVE_LANES
// A target whose multiply-add rounds twice would give other bits; one without a fixed length has no members of vectors.
#if HWY_TARGET != HWY_SCALAR && HWY_HAVE_FLOAT64 && HWY_NATIVE_FMA && !HWY_HAVE_SCALABLE
#define RANKWISE_HAVE_LANES 1

namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::ScalableTag<double>;
using Words = hn::RebindToUnsigned<Doubles>;

struct Truths {
  hn::Mask<Doubles> raw;
};

struct Lanes {
  hn::Vec<Doubles> raw;
  static constexpr std::size_t count = hn::MaxLanes(Doubles());

  HWY_INLINE Lanes(double value) : raw(hn::Set(Doubles(), value)) {}
  HWY_INLINE explicit Lanes(hn::Vec<Doubles> vector) : raw(vector) {}
  static HWY_INLINE Lanes load(const double* from) { return Lanes(hn::LoadU(Doubles(), from)); }
  HWY_INLINE void store(double* to) const { hn::StoreU(raw, Doubles(), to); }
};

HWY_INLINE Lanes operator+(Lanes a, Lanes b) {
  return Lanes(hn::Add(a.raw, b.raw));
}
HWY_INLINE Lanes operator-(Lanes a, Lanes b) {
  return Lanes(hn::Sub(a.raw, b.raw));
}
HWY_INLINE Lanes operator*(Lanes a, Lanes b) {
  return Lanes(hn::Mul(a.raw, b.raw));
}
HWY_INLINE Lanes operator/(Lanes a, Lanes b) {
  return Lanes(hn::Div(a.raw, b.raw));
}
HWY_INLINE Lanes operator-(Lanes a) {
  return Lanes(hn::Neg(a.raw));
}
HWY_INLINE Truths operator<(Lanes a, Lanes b) {
  return {hn::Lt(a.raw, b.raw)};
}
HWY_INLINE Truths operator<=(Lanes a, Lanes b) {
  return {hn::Le(a.raw, b.raw)};
}
HWY_INLINE Truths operator==(Lanes a, Lanes b) {
  return {hn::Eq(a.raw, b.raw)};
}
HWY_INLINE Truths both(Truths a, Truths b) {
  return {hn::And(a.raw, b.raw)};
}
HWY_INLINE Truths either(Truths a, Truths b) {
  return {hn::Or(a.raw, b.raw)};
}
HWY_INLINE Truths operator!(Truths a) {
  return {hn::Not(a.raw)};
}
HWY_INLINE bool any(Truths truths) {
  return !hn::AllFalse(Doubles(), truths.raw);
}
HWY_INLINE Lanes select(Truths truths, Lanes yes, Lanes no) {
  return Lanes(hn::IfThenElse(truths.raw, yes.raw, no.raw));
}
HWY_INLINE Lanes fused(Lanes a, Lanes b, Lanes c) {
  return Lanes(hn::MulAdd(a.raw, b.raw, c.raw));
}
HWY_INLINE Lanes absolute(Lanes x) {
  return Lanes(hn::Abs(x.raw));
}
HWY_INLINE Lanes square_root(Lanes x) {
  return Lanes(hn::Sqrt(x.raw));
}
HWY_INLINE Lanes nearest(Lanes x) {
  return Lanes(hn::Round(x.raw));
}
HWY_INLINE Lanes round_down(Lanes x) {
  return Lanes(hn::Floor(x.raw));
}
HWY_INLINE Lanes round_up(Lanes x) {
  return Lanes(hn::Ceil(x.raw));
}
HWY_INLINE Lanes with_sign_of(Lanes magnitude, Lanes sign) {
  return Lanes(hn::CopySign(magnitude.raw, sign.raw));
}
HWY_INLINE Lanes either_sign(Lanes a, Lanes b) {
  return Lanes(hn::Or(a.raw, b.raw));
}
HWY_INLINE Lanes both_signs(Lanes a, Lanes b) {
  return Lanes(hn::And(a.raw, b.raw));
}
HWY_INLINE Lanes power_of_two(Lanes k) {
  const auto bits = hn::BitCast(Words(), hn::Add(k.raw, hn::Set(Doubles(), 0x1.8p52 + 1023)));
  return Lanes(hn::BitCast(Doubles(), hn::ShiftLeft<52>(bits)));
}
HWY_INLINE Lanes split(Lanes x, Lanes& exponent) {
  const Words words;
  const auto half_sqrt2 = hn::Set(words, bits_of_half_sqrt2), one = hn::Set(words, bits_of_one);
  const auto bits = hn::Add(hn::BitCast(words, x.raw), hn::Sub(one, half_sqrt2));
  const auto large = hn::BitCast(words, hn::Set(Doubles(), 0x1p52));
  const auto biased = hn::BitCast(Doubles(), hn::Or(hn::ShiftRight<52>(bits), large));
  exponent = Lanes(hn::Sub(biased, hn::Set(Doubles(), 0x1p52 + 1023)));
  const auto mantissa = hn::Add(hn::And(bits, hn::Set(words, bits_of_mantissa)), half_sqrt2);
  return Lanes(hn::BitCast(Doubles(), mantissa));
}
HWY_INLINE void reduce_each(Truths wanted, Lanes x, Lanes& high, Lanes& low, Lanes& quadrant) {
  alignas(HWY_MAX_BYTES) double each[5][Lanes::count];
  select(wanted, Lanes(1), Lanes(0)).store(each[0]);
  x.store(each[1]);
  high.store(each[2]);
  low.store(each[3]);
  quadrant.store(each[4]);
  for (std::size_t i = 0; i < Lanes::count; ++i)
    reduce_each(each[0][i] != 0, each[1][i], each[2][i], each[3][i], each[4][i]);
  high = Lanes::load(each[2]);
  low = Lanes::load(each[3]);
  quadrant = Lanes::load(each[4]);
}

#endif
}  // namespace
}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
