#include "rankwise/kernels/hits.hpp"

#include <algorithm>
#include <array>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/hits.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Misses among the points of draws [begin, end); end - begin is a multiple of the vector's length.
/// Each 64-bit lane runs one Philox; a word of its state is the lane's lower half, the upper half is rubbish that the
/// multiplications ignore.
std::uint64_t CountMisses(const random::Stream& stream, std::uint64_t begin, std::uint64_t end) {
#if HWY_TARGET == HWY_SCALAR
  return 2 * (end - begin) - reference::count_hits(stream, 2 * begin, 2 * end);
#else
  const hn::ScalableTag<std::uint64_t> d;
  const hn::Repartition<std::uint32_t, decltype(d)> d32;
  const auto multiply = [&](auto a, auto b) HWY_ATTR { return hn::MulEven(hn::BitCast(d32, a), hn::BitCast(d32, b)); };
  const auto square = [&](auto a) HWY_ATTR { return multiply(a, a); };
  const auto multiplier_0 = hn::Set(d, random::philox_multiplier_0);
  const auto multiplier_1 = hn::Set(d, random::philox_multiplier_1);
  const std::size_t lanes = hn::Lanes(d);
  const random::PhiloxCounter upper = stream.counter(0);

  auto misses = hn::Zero(d);
  for (std::uint64_t position = begin; position < end; position += lanes) {
    auto c0 = hn::Iota(d, position);
    auto c1 = hn::ShiftRight<32>(c0);
    auto c2 = hn::Set(d, upper[2]);
    auto c3 = hn::Set(d, upper[3]);
    random::PhiloxKey key = stream.key();
    for (int round = 0; round < random::philox_rounds; ++round) {
      const auto product_0 = multiply(c0, multiplier_0);
      const auto product_1 = multiply(c2, multiplier_1);
      c0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product_1), c1), hn::Set(d, key[0]));
      c2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product_0), c3), hn::Set(d, key[1]));
      c1 = product_1;
      c3 = product_0;
      key = {key[0] + random::philox_weyl_0, key[1] + random::philox_weyl_1};
    }
    const auto x2 = square(c0), u2 = square(c2);
    const auto even = hn::Add(x2, square(c1)), odd = hn::Add(u2, square(c3));
    // A carry out of 64 bits is a miss; a mask is -1.
    misses = hn::Sub(misses, hn::VecFromMask(d, hn::Lt(even, x2)));
    misses = hn::Sub(misses, hn::VecFromMask(d, hn::Lt(odd, u2)));
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
  // Whole draws in the middle, in groups that are a multiple of every vector's length; single points at both ends.
  constexpr std::uint64_t group = 64;
  const std::uint64_t first = begin / 2 + begin % 2;
  const std::uint64_t last = first + (std::max(first, end / 2) - first) / group * group;
  if (first == last) return reference::count_hits(stream, begin, end);
  const std::uint64_t misses = HWY_DYNAMIC_DISPATCH(CountMisses)(stream, first, last);
  return reference::count_hits(stream, begin, 2 * first) + (2 * (last - first) - misses) +
         reference::count_hits(stream, 2 * last, end);
}

}  // namespace rankwise::kernels
#endif
