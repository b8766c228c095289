#include "rankwise/random/philox.hpp"

namespace rankwise::random {

PhiloxCounter philox4x32_10(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < philox_rounds; ++round) {
    const std::uint64_t product_0 = std::uint64_t{philox_multiplier_0} * counter[0];
    const std::uint64_t product_1 = std::uint64_t{philox_multiplier_1} * counter[2];
    counter = {static_cast<std::uint32_t>(product_1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(product_1),
               static_cast<std::uint32_t>(product_0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product_0)};
    key = {key[0] + philox_weyl_0, key[1] + philox_weyl_1};
  }
  return counter;
}

std::uint64_t Stream::word64(std::uint64_t index) const {
  const PhiloxCounter draw = at(index / 2);
  return index % 2 == 0 ? draw[0] | std::uint64_t{draw[1]} << 32 : draw[2] | std::uint64_t{draw[3]} << 32;
}

}  // namespace rankwise::random
