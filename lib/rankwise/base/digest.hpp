#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "rankwise/base/wide_integer.hpp"

struct XXH3_state_s;

namespace rankwise {

/// XXH3-128 (Yann Collet's xxHash) of values in the order in which they are given, little-endian, every NaN as one.
/// Two results have the same digest if names, types, shapes and bits agree, whatever file they went to.
class Digest {
 public:
  Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  ~Digest();

  void add(std::string_view text);
  void add(std::uint64_t value);
  void add(std::int64_t value);
  void add(WideInteger value);
  void add(double value);
  void add(std::span<const double> values);
  /// Bytes whose meaning is already little-endian and free of NaN.
  void add_bytes(std::span<const std::byte> bytes);

  /// 32 hex digits.
  [[nodiscard]] std::string hex() const;
  /// The same as two words, low word first.
  [[nodiscard]] std::array<std::uint64_t, 2> words() const;

 private:
  struct Free {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, Free> state_;
};

}  // namespace rankwise
