#include "rankwise/blocks/node.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace rankwise::blocks {

std::uint8_t top_level(std::uint64_t steps) {
  assert(steps > 0);
  return static_cast<std::uint8_t>(std::bit_width(steps - 1));
}

std::uint64_t nodes_at(std::uint64_t steps, std::uint8_t level) {
  if (level >= 64) return steps > 0 ? 1 : 0;
  const std::uint64_t whole = steps >> level;
  return (whole << level) == steps ? whole : whole + 1;
}

Range steps_of(Node node, std::uint64_t steps) {
  if (node.level >= 64) return {0, steps};
  const std::uint64_t begin = std::min(steps, node.index << node.level);
  const std::uint64_t width = std::uint64_t{1} << node.level;
  return {begin, begin + std::min(width, steps - begin)};
}

bool exists(Node node, std::uint64_t steps) {
  return node.index < nodes_at(steps, node.level);
}

std::size_t NodeHash::operator()(const Node& node) const noexcept {
  // Multiplicative mixing with odd constants (Steele, Lea and Flood's SplitMix64).
  std::uint64_t h = node.lane * 0x9E3779B97F4A7C15U ^ node.index * 0xBF58476D1CE4E5B9U ^ node.level;
  h ^= h >> 31;
  return static_cast<std::size_t>(h * 0x94D049BB133111EBU);
}

}  // namespace rankwise::blocks
