#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

namespace rankwise::app {

/// Prints a part of a command's answer to standard output. That this is full or closed shows when the program flushes
/// it at its end; fmt::print would throw, as if the command had failed at its work.
template <class... Values>
void answer(fmt::format_string<Values...> format, Values&&... values) {
  const std::string text = fmt::format(format, std::forward<Values>(values)...);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace rankwise::app
