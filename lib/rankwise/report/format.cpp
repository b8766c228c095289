#include "rankwise/report/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace rankwise::report {

std::string short_number(double value) {
  return fmt::format("{:.6g}", value);
}

std::string count_in_words(std::uint64_t count) {
  if (count < 1000000) return fmt::format("{}", count);
  int power = 0;
  std::uint64_t rest = count;
  for (; rest % 10 == 0; rest /= 10) ++power;
  if (rest == 1) return fmt::format("10^{}", power);
  if (rest < 1000 && power >= 6) return fmt::format("{} · 10^{}", rest, power);
  return fmt::format("{}", count);
}

std::string with_prefix(double value) {
  constexpr std::array<const char*, 7> prefixes{"", "k", "M", "G", "T", "P", "E"};
  std::size_t prefix = 0;
  for (; value >= 999.5 && prefix + 1 < prefixes.size(); ++prefix) value /= 1000;
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, decimals, prefixes[prefix]);
}

std::string duration(double seconds) {
  if (seconds < 10) return fmt::format("{:.3f} s", seconds);
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(seconds);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string with_uncertainty(double value, double standard_error) {
  if (!(standard_error > 0) || !std::isfinite(standard_error)) return fmt::format("{}", value);
  constexpr double large = 1e15, small = 1e-5;
  const double larger = std::max(std::abs(value), standard_error);
  if (larger >= large || larger < small) {
    const int exponent = static_cast<int>(std::floor(std::log10(larger)));
    constexpr int least_exponent = -300;  // of a scale that is a normal number
    const double scale = std::pow(10.0, std::max(exponent, least_exponent));
    return fmt::format("{}e{}", with_uncertainty(value / scale, standard_error / scale),
                       std::max(exponent, least_exponent));
  }
  // Two digits of the error, three where they would start above 9.5 of the next power.
  int decimals = 1 - static_cast<int>(std::floor(std::log10(standard_error)));
  if (std::round(standard_error * std::pow(10.0, decimals)) >= 100) --decimals;
  if (decimals <= 0) return fmt::format("{:.0f} ± {:.0f}", value, standard_error);
  return fmt::format("{:.{}f}({:.0f})", value, decimals, standard_error * std::pow(10.0, decimals));
}

std::string plural(std::uint64_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::size_t cells(std::string_view text) {
  // Every byte but the continuation bytes of UTF-8 begins a character.
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string printable(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return result;
}

}  // namespace rankwise::report
