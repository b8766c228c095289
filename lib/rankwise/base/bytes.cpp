#include "rankwise/base/bytes.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "rankwise/base/errors.hpp"

namespace rankwise {

Bytes parse_bytes(std::string_view text, std::string_view what) {
  const auto refuse = [&]() -> UsageError {
    return UsageError(fmt::format("{} takes a size such as 64M, 2G or 500MB, not '{}'", what, text));
  };
  std::uint64_t number = 0;
  std::size_t used = 0;
  for (; used < text.size() && text[used] >= '0' && text[used] <= '9'; ++used) {
    if (__builtin_mul_overflow(number, std::uint64_t{10}, &number) ||
        __builtin_add_overflow(number, static_cast<std::uint64_t>(text[used] - '0'), &number)) {
      throw refuse();
    }
  }
  if (used == 0) throw refuse();

  std::string_view unit = text.substr(used);
  constexpr std::string_view prefixes = "kMGTP";
  std::uint64_t factor = 1;
  if (!unit.empty() && unit != "B") {
    const auto power = unit[0] == 'K' ? 0 : prefixes.find(unit[0]);
    const std::string_view rest = unit.substr(1);
    if (power == std::string_view::npos || (rest != "" && rest != "B" && rest != "iB")) throw refuse();
    const std::uint64_t base = rest == "B" ? 1000 : 1024;
    for (std::size_t i = 0; i <= power; ++i) factor *= base;
  }
  if (__builtin_mul_overflow(number, factor, &number)) throw refuse();
  return {number};
}

std::string format_bytes(Bytes bytes) {
  constexpr std::array<const char*, 7> units{"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes.value < 1000) return fmt::format("{} B", bytes.value);
  auto value = static_cast<double>(bytes.value);
  std::size_t unit = 0;
  // 999.5 would be printed as "1000": one unit up.
  while (value >= 999.5 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, decimals, units[unit]);
}

}  // namespace rankwise
