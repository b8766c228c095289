#pragma once

#include <cstdint>
#include <vector>

#include "rankwise/random/philox.hpp"

namespace rankwise::random {

/// A random order of 0, 1, ..., size - 1, any place of which is known without the others. A few thousand are shuffled
/// (Fisher and Yates); of more, it is a Feistel network of seven rounds on the next power of four, walked until it
/// comes back into the range (Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002; Patarin,
/// "Security of random Feistel schemes with 5 or more rounds", CRYPTO 2004).
class Permutation {
 public:
  /// @pre 0 < size <= 2^62
  Permutation(const Stream& stream, std::uint64_t size);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// @pre place < size()
  [[nodiscard]] std::uint64_t at(std::uint64_t place) const;

 private:
  Stream stream_;
  std::uint64_t size_;
  std::vector<std::uint64_t> places_;  // of few
  unsigned half_ = 1;                  // bits of a place of many
};

}  // namespace rankwise::random
