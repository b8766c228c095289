#pragma once

#include <fmt/format.h>

#include <iterator>
#include <limits>
#include <string_view>
#include <type_traits>

namespace rankwise {

/// Appends the fewest digits that come back the same. A real number has always a sign of being one (1.0), so that
/// readers do not make a column of integers, which know no -0.0, of it; NaN, whose sign means nothing, is `nan`.
template <class Text, class Number>
void append_number(Text& text, Number value) {
  const auto begin = text.size();
  if constexpr (std::is_floating_point_v<Number>) {
    if (value != value) value = std::numeric_limits<Number>::quiet_NaN();
  }
  fmt::format_to(std::back_inserter(text), "{}", value);
  if constexpr (std::is_floating_point_v<Number>) {
    const std::string_view made(text.data() + begin, text.size() - begin);
    if (made.find_first_of(".en") != std::string_view::npos) return;  // inf and nan have an n
    text.push_back('.');
    text.push_back('0');
  }
}

}  // namespace rankwise
