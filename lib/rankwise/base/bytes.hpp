#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace rankwise {

/// A number of bytes.
struct Bytes {
  std::uint64_t value = 0;
  friend auto operator<=>(Bytes, Bytes) = default;
};

constexpr Bytes kibibytes(std::uint64_t n) {
  return {n << 10};
}
constexpr Bytes mebibytes(std::uint64_t n) {
  return {n << 20};
}

/// Reads a size as GNU tools do: `64M` and `64MiB` are 64 · 2^20 bytes, `64MB` is 64 · 10^6, `4096` is bytes.
/// @throws UsageError naming `what` if the text is no size.
Bytes parse_bytes(std::string_view text, std::string_view what);

/// Three significant digits and a decimal unit, such as `2.40 GB`.
std::string format_bytes(Bytes bytes);

}  // namespace rankwise
