#include "rankwise/kernels/hits.hpp"

namespace rankwise::kernels::reference {

std::uint64_t count_hits(const random::Stream& stream, std::uint64_t begin, std::uint64_t end) {
  std::uint64_t hits = 0;
  for (std::uint64_t point = begin; point < end; ++point) {
    const random::PhiloxCounter draw = stream.at(point / 2);
    const std::uint64_t x = draw[point % 2 * 2], y = draw[point % 2 * 2 + 1];
    const std::uint64_t sum = x * x + y * y;  // at most 2^65: a carry out of 64 bits is a miss
    if (sum >= x * x) ++hits;
  }
  return hits;
}

}  // namespace rankwise::kernels::reference
