#include "rankwise/kernels/words.hpp"

namespace rankwise::kernels::reference {

void words(const random::Stream& stream, std::uint64_t first, std::span<std::uint64_t> to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = stream.word64(first + i);
}

}  // namespace rankwise::kernels::reference
