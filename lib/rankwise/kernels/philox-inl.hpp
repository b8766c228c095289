// Philox4x32-10 in the lanes of vectors: each lane runs one. Included once for each target; hence no #pragma
// once.

#if defined(RANKWISE_PHILOX_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef RANKWISE_PHILOX_INL
#undef RANKWISE_PHILOX_INL
#else
#define RANKWISE_PHILOX_INL
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "rankwise/random/philox.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

namespace {

#if HWY_TARGET != HWY_SCALAR

using Words = hn::ScalableTag<std::uint64_t>;
using Word = hn::Vec<Words>;

/// Exact products of the lower halves.
HWY_INLINE Word Multiply(Word a, Word b) {
  const hn::Repartition<std::uint32_t, Words> halves;
  return hn::MulEven(hn::BitCast(halves, a), hn::BitCast(halves, b));
}

/// The stream's key of each round in every lane, in memory: the registers are needed for the states.
class RoundKeys {
 public:
  explicit RoundKeys(random::PhiloxKey key) {
    for (std::size_t round = 0; round < random::philox_rounds; ++round) {
      std::fill_n(first_[round].begin(), hn::Lanes(Words()), key[0]);
      std::fill_n(second_[round].begin(), hn::Lanes(Words()), key[1]);
      key = {key[0] + random::philox_weyl_0, key[1] + random::philox_weyl_1};
    }
  }
  [[nodiscard]] HWY_INLINE Word first(std::size_t round) const { return hn::Load(Words(), first_[round].data()); }
  [[nodiscard]] HWY_INLINE Word second(std::size_t round) const { return hn::Load(Words(), second_[round].data()); }

 private:
  using Lanes = std::array<std::uint64_t, HWY_MAX_BYTES / sizeof(std::uint64_t)>;
  alignas(HWY_MAX_BYTES) std::array<Lanes, random::philox_rounds> first_;
  alignas(HWY_MAX_BYTES) std::array<Lanes, random::philox_rounds> second_;
};

/// The four words of each lane's draw. A word is the lane's lower half; the upper half is rubbish that products ignore.
struct Draws {
  Word c0, c1, c2, c3;
};

/// The draws at `position`.
/// @param upper the counter's upper words, which are those of the stream
HWY_INLINE Draws DrawAt(Word position, const random::PhiloxCounter& upper, const RoundKeys& keys) {
  const Words d;
  const auto multiplier_0 = hn::Set(d, random::philox_multiplier_0);
  const auto multiplier_1 = hn::Set(d, random::philox_multiplier_1);
  auto c0 = position, c1 = hn::ShiftRight<32>(position), c2 = hn::Set(d, upper[2]), c3 = hn::Set(d, upper[3]);
  HWY_UNROLL(10)
  for (std::size_t round = 0; round < random::philox_rounds; ++round) {
    const auto product_0 = Multiply(c0, multiplier_0);
    const auto product_1 = Multiply(c2, multiplier_1);
    c0 = hn::Xor3(hn::ShiftRight<32>(product_1), c1, keys.first(round));
    c2 = hn::Xor3(hn::ShiftRight<32>(product_0), c3, keys.second(round));
    c1 = product_1;
    c3 = product_0;
  }
  return {c0, c1, c2, c3};
}

#endif

}  // namespace
}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // RANKWISE_PHILOX_INL
