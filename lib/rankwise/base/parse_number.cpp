#include "rankwise/base/parse_number.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "rankwise/base/errors.hpp"

namespace rankwise {
namespace {

/// The exponent after `e`, or nothing if it is not a small whole number.
std::optional<int> parse_exponent(std::string_view text) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::uint64_t parse_count(std::string_view text, std::string_view what) {
  const auto refuse = [&](std::string_view why) {
    return UsageError(fmt::format("{} takes a whole number such as 1000000 or 1e6{}, not '{}'", what, why, text));
  };
  std::string_view mantissa = text;
  int exponent = 0;
  if (const auto e = text.find_first_of("eE"); e != std::string_view::npos) {
    mantissa = text.substr(0, e);
    const auto parsed = parse_exponent(text.substr(e + 1));
    if (!parsed || *parsed < 0) throw refuse("");
    exponent = *parsed;
  }
  // The digits without their point, so that 2.5e9 stays exact.
  std::string digits;
  int decimals = 0;
  bool point = false;
  for (const char c : mantissa) {
    if (c >= '0' && c <= '9') {
      digits += c;
      if (point) ++decimals;
    } else if (c == '.' && !point) {
      point = true;
    } else if (c != '_' || digits.empty()) {
      throw refuse("");
    }
  }
  if (digits.empty()) throw refuse("");
  for (; decimals > exponent; --decimals) {
    if (digits.back() != '0') throw refuse("");
    digits.pop_back();
    if (digits.empty()) digits = "0";
  }
  digits.erase(0, digits.find_first_not_of('0'));
  if (digits.empty()) return 0;
  if (exponent - decimals > 20) throw refuse(" up to 2^64 - 1");
  digits.append(static_cast<std::size_t>(exponent - decimals), '0');
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) throw refuse(" up to 2^64 - 1");
  return value;
}

double parse_real(std::string_view text, std::string_view what) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    throw UsageError(fmt::format("{} takes a number such as 0.001 or 1e-3, not '{}'", what, text));
  }
  return value;
}

}  // namespace rankwise
