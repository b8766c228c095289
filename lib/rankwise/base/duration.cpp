#include "rankwise/base/duration.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

#include "rankwise/base/errors.hpp"

namespace rankwise {
namespace {

constexpr double longest = 1e9;  // seconds: thirty years, some of which can be added without an overflow

/// Takes a number off the text's begin.
std::optional<double> take_number(std::string_view& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !(number >= 0) || text[0] == '-') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// `1h30m`, `90`: each unit at most once, from long ones to short ones.
std::optional<double> seconds_of_units(std::string_view text) {
  constexpr std::array<std::pair<char, double>, 4> units{{{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}};
  auto number = take_number(text);
  if (text.empty()) return number;
  double seconds = 0;
  std::size_t next = 0;
  for (; number && !text.empty(); number = take_number(text)) {
    while (next < units.size() && text[0] != units[next].first) ++next;
    if (next == units.size()) return std::nullopt;
    seconds += *number * units[next++].second;
    text.remove_prefix(1);
    if (text.empty()) return seconds;
  }
  return std::nullopt;
}

/// `days-hours:minutes:seconds`, `hours:minutes:seconds`.
std::optional<double> seconds_of_clock(std::string_view text) {
  double days = 0;
  if (const auto dash = text.find('-'); dash != std::string_view::npos) {
    const auto taken = take_number(text);
    if (!taken || text.empty() || text[0] != '-') return std::nullopt;
    days = *taken;
    text.remove_prefix(1);
  }
  double seconds = 0;
  for (int part = 0; part < 3; ++part) {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    seconds = seconds * 60 + *number;
    if (part == 2) break;
    if (text.empty() || text[0] != ':') return std::nullopt;
    text.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  return days * 86400 + seconds;
}

}  // namespace

std::chrono::milliseconds parse_duration(std::string_view text, std::string_view what) {
  const bool clock = text.find(':') != std::string_view::npos;
  const auto seconds = clock ? seconds_of_clock(text) : seconds_of_units(text);
  if (!seconds || *seconds < 0.001 || *seconds > longest) {
    throw UsageError(fmt::format("{} takes a time such as 90s, 10m, 2h or 1h30m, not '{}'", what, text));
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(*seconds * 1000 + 0.5));
}

}  // namespace rankwise
