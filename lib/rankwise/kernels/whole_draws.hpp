#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace rankwise::kernels {

/// Of a run of a stream's 64-bit words, what vectors make: whole draws, of two words each, in groups that are a
/// multiple of what any target does at once. What is left on both sides is made one by one.
struct WholeDraws {
  WholeDraws(std::uint64_t first, std::size_t size)
      : before(std::min<std::size_t>(size, first % 2)),
        begin(first / 2 + first % 2),
        draws((size - before) / 2 / group * group) {}

  static constexpr std::size_t group = 128;
  std::size_t before;   ///< words
  std::uint64_t begin;  ///< the first draw
  std::size_t draws;
};

}  // namespace rankwise::kernels
