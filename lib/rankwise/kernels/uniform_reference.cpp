#include "rankwise/kernels/uniform.hpp"

namespace rankwise::kernels::reference {

void uniform(const random::Stream& stream, std::uint64_t first, std::span<double> to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = random::unit_interval(stream.word64(first + i));
}

}  // namespace rankwise::kernels::reference
