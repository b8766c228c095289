#include "rankwise/random/permutation.hpp"

#include <utility>

namespace rankwise::random {
namespace {

constexpr std::uint64_t few = 4096;
constexpr unsigned rounds = 7;

/// The upper half of a 32 × 32 bit product: of [0, bound), off from uniform by less than 1 part in 10^6.
std::uint64_t below(std::uint64_t bound, std::uint64_t word) {
  return (word >> 32) * bound >> 32;
}

}  // namespace

Permutation::Permutation(const Stream& stream, std::uint64_t size) : stream_(stream), size_(size) {
  if (size <= few) {
    for (std::uint64_t i = 0; i < size; ++i) places_.push_back(i);
    for (std::uint64_t i = size; i > 1; --i) std::swap(places_[i - 1], places_[below(i, stream.word64(i))]);
    return;
  }
  while (half_ < 31 && (std::uint64_t{1} << (2 * half_)) < size) ++half_;
}

std::uint64_t Permutation::at(std::uint64_t place) const {
  if (!places_.empty()) return places_[place];
  const std::uint64_t mask = (std::uint64_t{1} << half_) - 1;
  do {
    std::uint64_t left = place >> half_, right = place & mask;
    for (unsigned round = 0; round < rounds; ++round) {
      const std::uint64_t mixed = stream_.at(right << 3 | round)[0];
      left = std::exchange(right, left ^ (mixed & mask));
    }
    place = left << half_ | right;
  } while (place >= size_);
  return place;
}

}  // namespace rankwise::random
