#include "rankwise/expressions/expression_error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rankwise::expressions {
namespace {

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // UTF-8
}

/// What surrounds a place in a long text.
std::string excerpt(std::string_view text, std::size_t byte) {
  constexpr std::size_t around = 40;
  std::size_t begin = byte > around ? byte - around : 0, end = std::min(text.size(), byte + around);
  while (begin > 0 && !begins_character(text[begin])) --begin;
  while (end < text.size() && !begins_character(text[end])) ++end;
  return fmt::format("{}{}{}", begin > 0 ? "... " : "", text.substr(begin, end - begin),
                     end < text.size() ? " ..." : "");
}

std::string message(std::string_view text, std::size_t byte, const std::string& what) {
  const std::string_view before = text.substr(0, byte);
  const auto column = 1 + std::count_if(before.begin(), before.end(), begins_character);
  return fmt::format("{} (column {}): {}", what, column, excerpt(text, byte));
}

}  // namespace

ExpressionError::ExpressionError(std::string_view text, std::size_t byte, const std::string& what)
    : UsageError(message(text, std::min(byte, text.size()), what)) {}

}  // namespace rankwise::expressions
