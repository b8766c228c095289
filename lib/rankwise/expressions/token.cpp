#include "rankwise/expressions/token.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "rankwise/expressions/expression_error.hpp"

namespace rankwise::expressions {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// What people type out of habit, and what to type here.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> habits{
    {{"[", "there is no indexing"},
     {"@", "a matrix product is a command of its own: rankwise matmul"},
     {"//", "there is no '//': floor(a / b)"},
     {"%", "there is no '%': a - floor(a / b) * b"},
     {"^", "there is no '^': a power is **"},
     {"&&", "write & for 'and', each side in parentheses"},
     {"||", "write | for 'or', each side in parentheses"},
     {"<>", "write != for 'not equal'"},
     {"!", "write ~ for 'not', != for 'not equal'"},
     {"?", "write where(condition, a, b)"},
     {"'", "there are no texts here, only numbers"},
     {"\"", "there are no texts here, only numbers"}}};

constexpr std::array<std::string_view, 19> symbols{"**", "==", "!=", "<=", ">=", "+", "-", "*", "/", "(",
                                                   ")",  ",",  ".",  "=",  "<",  ">", "&", "|", "~"};

std::size_t end_of_digits(std::string_view text, std::size_t at, std::string& digits) {
  for (;
       at < text.size() && (is_digit(text[at]) || (text[at] == '_' && at + 1 < text.size() && is_digit(text[at + 1])));
       ++at) {
    if (text[at] != '_') digits += text[at];
  }
  return at;
}

Token number(std::string_view text, std::size_t& byte) {
  Token token{.kind = Token::Kind::number, .byte = byte};
  std::string digits;
  std::size_t at = end_of_digits(text, byte, digits);
  token.integer = true;
  if (at < text.size() && text[at] == '.') {
    token.integer = false;
    digits += '.';
    at = end_of_digits(text, at + 1, digits);
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::string exponent = "e";
    std::size_t behind = at + 1;
    if (behind < text.size() && (text[behind] == '+' || text[behind] == '-')) exponent += text[behind++];
    const std::size_t end = end_of_digits(text, behind, exponent);
    if (end > behind) {
      token.integer = false;
      digits += exponent[1] == '+' ? "e" + exponent.substr(2) : exponent;
      at = end;
    }
  }
  if (at < text.size() && is_letter(text[at])) {
    throw ExpressionError(text, byte, fmt::format("'{}' is no number", text.substr(byte, at + 1 - byte)));
  }
  const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), token.number);
  if (error == std::errc::result_out_of_range) {
    throw ExpressionError(text, byte, fmt::format("{} is too large or too small", text.substr(byte, at - byte)));
  }
  if (error != std::errc() || rest != digits.data() + digits.size()) {
    throw ExpressionError(text, byte, fmt::format("'{}' is no number", text.substr(byte, at - byte)));
  }
  token.text = text.substr(byte, at - byte);
  byte = at;
  return token;
}

Token quoted_name(std::string_view text, std::size_t& byte) {
  const std::size_t end = text.find('`', byte + 1);
  if (end == std::string_view::npos) throw ExpressionError(text, byte, "this ` has no second one");
  if (end == byte + 1) throw ExpressionError(text, byte, "there is no name between these `");
  Token token{.kind = Token::Kind::name, .text = std::string(text.substr(byte + 1, end - byte - 1)), .byte = byte};
  byte = end + 1;
  return token;
}

Token name(std::string_view text, std::size_t& byte) {
  std::size_t end = byte;
  while (end < text.size() && (is_letter(text[end]) || is_digit(text[end]))) ++end;
  Token token{.kind = Token::Kind::name, .text = std::string(text.substr(byte, end - byte)), .byte = byte};
  byte = end;
  return token;
}

}  // namespace

Token next_token(std::string_view text, std::size_t& byte) {
  while (byte < text.size() && is_blank(text[byte])) ++byte;
  if (byte == text.size()) return {.byte = byte};
  const char c = text[byte];
  if (is_digit(c) || (c == '.' && byte + 1 < text.size() && is_digit(text[byte + 1]))) return number(text, byte);
  if (is_letter(c)) return name(text, byte);
  if (c == '`') return quoted_name(text, byte);
  const std::string_view rest = text.substr(byte);
  if (!rest.starts_with("!=")) {
    for (const auto& [habit, advice] : habits) {
      if (rest.starts_with(habit)) throw ExpressionError(text, byte, std::string(advice));
    }
  }
  for (const std::string_view symbol : symbols) {
    if (!rest.starts_with(symbol)) continue;
    Token token{.kind = Token::Kind::symbol, .text = std::string(symbol), .byte = byte};
    byte += symbol.size();
    return token;
  }
  const auto code = static_cast<unsigned char>(c);
  throw ExpressionError(text, byte,
                        code < 0x20 || code == 0x7F
                            ? fmt::format("a character with the code {} has no meaning here", code)
                            : fmt::format("'{}' has no meaning here", c));
}

}  // namespace rankwise::expressions
