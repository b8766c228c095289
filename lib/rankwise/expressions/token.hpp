#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rankwise::expressions {

/// A word of an expression.
struct Token {
  enum class Kind : std::uint8_t { number, name, symbol, end };
  Kind kind = Kind::end;
  std::string text = {};  ///< a name without its backticks; the symbol
  double number = 0;
  bool integer = false;  ///< a number without point and exponent
  std::size_t byte = 0;  ///< where it begins
};

/// The token that begins at `byte` or behind blanks; `byte` is moved behind it. Numbers are as in Python: `1`, `1_000`,
/// `.5`, `1e-3`. Names are letters, digits and underscores, or anything `between backticks`. Symbols are
/// + - * / ** ( ) , . = == != < <= > >= & | ~.
/// @throws ExpressionError for what is none of these
Token next_token(std::string_view text, std::size_t& byte);

}  // namespace rankwise::expressions
