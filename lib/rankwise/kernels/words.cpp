#include "rankwise/kernels/words.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/words.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

#include "rankwise/kernels/philox-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {

/// Of draws [begin, end), two words each; end - begin is a multiple of what is done at once.
void WordsOfDraws(const random::Stream& stream, std::uint64_t begin, std::uint64_t end, std::uint64_t* to) {
#if HWY_TARGET == HWY_SCALAR
  reference::words(stream, 2 * begin, {to, 2 * (end - begin)});
#else
  const Words d;
  const auto half = hn::Set(d, std::uint64_t{0xFFFFFFFF});
  const RoundKeys keys(stream.key());
  const random::PhiloxCounter upper = stream.counter(0);
  constexpr std::size_t at_once = 4;  // one draw's rounds wait for one another, those of several draws do not
  const std::size_t lanes = hn::Lanes(d);
  for (std::uint64_t position = begin; position < end; position += at_once * lanes) {
    HWY_UNROLL(4)
    for (std::size_t i = 0; i < at_once; ++i) {
      const auto draws = DrawAt(hn::Iota(d, position + i * lanes), upper, keys);
      const auto even = hn::Or(hn::And(draws.c0, half), hn::ShiftLeft<32>(draws.c1));
      const auto odd = hn::Or(hn::And(draws.c2, half), hn::ShiftLeft<32>(draws.c3));
      hn::StoreInterleaved2(even, odd, d, to);
      to += 2 * lanes;
    }
  }
#endif
}

}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rankwise::kernels {

HWY_EXPORT(WordsOfDraws);

void words(const random::Stream& stream, std::uint64_t first, std::span<std::uint64_t> to) {
  // Whole draws in the middle, in groups that are a multiple of what any target does at once; single words at both
  // ends.
  constexpr std::size_t group = 128;
  const std::size_t before = std::min<std::size_t>(to.size(), first % 2);
  const std::size_t draws = (to.size() - before) / 2 / group * group;
  const std::uint64_t begin = first / 2 + first % 2;
  reference::words(stream, first, to.first(before));
  if (draws > 0) HWY_DYNAMIC_DISPATCH(WordsOfDraws)(stream, begin, begin + draws, to.data() + before);
  reference::words(stream, first + before + 2 * draws, to.subspan(before + 2 * draws));
}

}  // namespace rankwise::kernels
#endif
