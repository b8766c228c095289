#pragma once

#include <array>
#include <cstdint>

namespace rankwise::random {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

inline constexpr std::uint32_t philox_multiplier_0 = 0xD2511F53;
inline constexpr std::uint32_t philox_multiplier_1 = 0xCD9E8D57;
inline constexpr std::uint32_t philox_weyl_0 = 0x9E3779B9;
inline constexpr std::uint32_t philox_weyl_1 = 0xBB67AE85;
inline constexpr int philox_rounds = 10;

/// Philox4x32-10: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11,
/// doi:10.1145/2063384.2063405. A bijection of 128-bit counters for each 64-bit key; no state.
PhiloxCounter philox4x32_10(PhiloxCounter counter, PhiloxKey key);

/// Independent streams of one seed. A stream's number says what its numbers are for; no rank, thread or worker number
/// is ever part of it.
enum class StreamName : std::uint64_t {
  pi = 1,
  generate_values = 2,
  generate_missing = 3,
  expressions = 4,     ///< one for each random() and normal() of an expression
  integrate = 5,       ///< one for each variable
  sobol = 6,           ///< what scrambles Sobol points
  classification = 7,  ///< several, each for another purpose
  dense = 8,           ///< signs of vectors that an answer is tried on
  folds = 9,           ///< one for each class
  search = 10,         ///< one for each parameter that is drawn
  forest = 11,         ///< two for each tree: which samples it sees, which features its nodes look at
};

/// A stream of 128-bit draws, indexed by position: key = seed, counter = (position, stream).
class Stream {
 public:
  /// @param index of streams under one name
  Stream(std::uint64_t seed, StreamName name, std::uint64_t index = 0)
      : seed_(seed), stream_(static_cast<std::uint64_t>(name) + (index << 16)) {}

  [[nodiscard]] PhiloxKey key() const { return {low(seed_), high(seed_)}; }
  [[nodiscard]] PhiloxCounter counter(std::uint64_t position) const {
    return {low(position), high(position), low(stream_), high(stream_)};
  }
  /// Four 32-bit words.
  [[nodiscard]] PhiloxCounter at(std::uint64_t position) const { return philox4x32_10(counter(position), key()); }
  /// The 64-bit word `index` of the stream: two of them are in each 128-bit draw.
  [[nodiscard]] std::uint64_t word64(std::uint64_t index) const;

 private:
  static constexpr std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
  static constexpr std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

  std::uint64_t seed_;
  std::uint64_t stream_;
};

/// The upper 53 bits as a number in [0, 1), as NumPy does it.
constexpr double unit_interval(std::uint64_t word) {
  return static_cast<double>(word >> 11) * 0x1.0p-53;
}

}  // namespace rankwise::random
