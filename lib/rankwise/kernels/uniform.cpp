#include "rankwise/kernels/uniform.hpp"

#include "rankwise/kernels/whole_draws.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/uniform.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

#include "rankwise/kernels/philox-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {

#if HWY_TARGET != HWY_SCALAR

/// The upper 53 bits of a word as a number in [0, 1): both halves are exact, and so is their sum.
HWY_INLINE hn::Vec<hn::ScalableTag<double>> UnitInterval(Word low, Word high) {
  const Words d;
  const hn::ScalableTag<double> real;
  // 2^52 + h and 2^52 + l by their bits: h are the upper 32 bits of the word, l the 21 below them.
  const auto magic = hn::Set(d, std::uint64_t{0x4330000000000000});
  const auto half = hn::Set(d, std::uint64_t{0xFFFFFFFF});
  const auto offset = hn::Set(real, 0x1p52);
  const auto upper = hn::Sub(hn::BitCast(real, hn::Or(hn::And(high, half), magic)), offset);
  const auto lower = hn::Sub(hn::BitCast(real, hn::Or(hn::ShiftRight<11>(hn::And(low, half)), magic)), offset);
  return hn::MulAdd(upper, hn::Set(real, 0x1p-32), hn::Mul(lower, hn::Set(real, 0x1p-53)));
}

#endif

/// Of draws [begin, end), two numbers each; end - begin is a multiple of what is done at once.
void UniformOfDraws(const random::Stream& stream, std::uint64_t begin, std::uint64_t end, double* to) {
#if HWY_TARGET == HWY_SCALAR
  reference::uniform(stream, 2 * begin, {to, 2 * (end - begin)});
#else
  const Words d;
  const hn::ScalableTag<double> real;
  const RoundKeys keys(stream.key());
  const random::PhiloxCounter upper = stream.counter(0);
  constexpr std::size_t at_once = 4;  // one draw's rounds wait for one another, those of several draws do not
  const std::size_t lanes = hn::Lanes(d);
  for (std::uint64_t position = begin; position < end; position += at_once * lanes) {
    HWY_UNROLL(4)
    for (std::size_t i = 0; i < at_once; ++i) {
      const auto draws = DrawAt(hn::Iota(d, position + i * lanes), upper, keys);
      const auto even = UnitInterval(draws.c0, draws.c1), odd = UnitInterval(draws.c2, draws.c3);
      hn::StoreInterleaved2(even, odd, real, to);
      to += 2 * lanes;
    }
  }
#endif
}

}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rankwise::kernels {

HWY_EXPORT(UniformOfDraws);

void uniform(const random::Stream& stream, std::uint64_t first, std::span<double> to) {
  const WholeDraws whole(first, to.size());
  reference::uniform(stream, first, to.first(whole.before));
  if (whole.draws > 0) {
    HWY_DYNAMIC_DISPATCH(UniformOfDraws)(stream, whole.begin, whole.begin + whole.draws, to.data() + whole.before);
  }
  reference::uniform(stream, first + whole.before + 2 * whole.draws, to.subspan(whole.before + 2 * whole.draws));
}

}  // namespace rankwise::kernels
#endif
