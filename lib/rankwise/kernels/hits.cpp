#include "rankwise/kernels/hits.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/hits.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

#include "rankwise/kernels/philox-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {

constexpr std::uint64_t draws_at_once = 8;  // measured: 0.57 for 1, 0.98 for 2, 1.29 for 4, 1.46 G points/s for 8

#if HWY_TARGET != HWY_SCALAR

HWY_INLINE Word Square(Word a) {
  return Multiply(a, a);
}

/// The misses of the two points of each lane's draw, taken from `misses`: of the draws at `position` + lane.
HWY_INLINE Word SubtractMisses(Word position, const random::PhiloxCounter& upper, const RoundKeys& keys, Word misses) {
  const Words d;
  const auto [c0, c1, c2, c3] = DrawAt(position, upper, keys);
  const auto x2 = Square(c0), u2 = Square(c2);
  const auto even = hn::Add(x2, Square(c1)), odd = hn::Add(u2, Square(c3));
  // A carry out of 64 bits is a miss; a mask is -1.
  misses = hn::Sub(misses, hn::VecFromMask(d, hn::Lt(even, x2)));
  return hn::Sub(misses, hn::VecFromMask(d, hn::Lt(odd, u2)));
}

#endif

/// Misses among the points of draws [begin, end); end - begin is a multiple of draws_at_once vectors.
std::uint64_t CountMisses(const random::Stream& stream, std::uint64_t begin, std::uint64_t end) {
#if HWY_TARGET == HWY_SCALAR
  return 2 * (end - begin) - reference::count_hits(stream, 2 * begin, 2 * end);
#else
  const Words d;
  const RoundKeys keys(stream.key());
  const random::PhiloxCounter upper = stream.counter(0);
  const std::size_t lanes = hn::Lanes(d);
  auto misses = hn::Zero(d);
  // One draw's rounds wait for one another, those of several draws do not.
  for (std::uint64_t position = begin; position < end; position += draws_at_once * lanes) {
    HWY_UNROLL(8)
    for (std::uint64_t i = 0; i < draws_at_once; ++i)
      misses = SubtractMisses(hn::Iota(d, position + i * lanes), upper, keys, misses);
  }
  return hn::GetLane(hn::SumOfLanes(d, misses));  // integers: any order gives the same
#endif
}

}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rankwise::kernels {

HWY_EXPORT(CountMisses);

std::uint64_t count_hits(const random::Stream& stream, std::uint64_t begin, std::uint64_t end) {
  if (begin >= end) return 0;
  // Whole draws in the middle, in groups that are a multiple of what any target does at once (of SVE's longest vectors,
  // 32 words); single points at both ends.
  constexpr std::uint64_t group = 256;
  const std::uint64_t first = begin / 2 + begin % 2;
  const std::uint64_t last = first + (std::max(first, end / 2) - first) / group * group;
  if (first == last) return reference::count_hits(stream, begin, end);
  const std::uint64_t misses = HWY_DYNAMIC_DISPATCH(CountMisses)(stream, first, last);
  return reference::count_hits(stream, begin, 2 * first) + (2 * (last - first) - misses) +
         reference::count_hits(stream, 2 * last, end);
}

}  // namespace rankwise::kernels
#endif
