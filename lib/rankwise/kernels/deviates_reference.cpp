#include "rankwise/kernels/deviates.hpp"

#include <algorithm>

#include "rankwise/random/normal.hpp"

namespace rankwise::kernels::reference {

void uniform(std::span<const std::uint64_t> words, std::span<double> to) {
  std::transform(words.begin(), words.end(), to.begin(), random::unit_interval);
}

void normal(std::span<const std::uint64_t> words, std::span<double> to) {
  std::transform(words.begin(), words.end(), to.begin(), random::normal_deviate);
}

}  // namespace rankwise::kernels::reference
