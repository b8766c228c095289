#include "rankwise/kernels/normal.hpp"
#include "rankwise/random/normal.hpp"

namespace rankwise::kernels::reference {

void normal(const random::Stream& stream, std::uint64_t first, std::span<double> to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = random::normal_deviate(stream.word64(first + i));
}

}  // namespace rankwise::kernels::reference
