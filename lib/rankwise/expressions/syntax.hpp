#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rankwise::expressions {

/// One part of an expression as it was written.
struct SyntaxNode {
  enum class Kind : std::uint8_t {
    number,
    name,
    unary,       ///< word: + - ~
    binary,      ///< word: + - * / ** < <= > >= == != & |
    call,        ///< word(arguments); x.word(arguments) has x as its first argument
    transposed,  ///< x.T
  };
  struct Argument {
    std::size_t node = 0;
    std::string keyword = {};  ///< of keyword=value
  };

  Kind kind = Kind::number;
  std::string word = {};
  double number = 0;
  bool integer = false;  ///< a number without point and exponent
  std::vector<Argument> arguments = {};
  std::size_t byte = 0;  ///< of the text, where an error in it is shown
};

/// An expression whose form is right; what its names mean is not known yet.
struct Syntax {
  std::string text;
  std::vector<SyntaxNode> nodes;  ///< each behind its arguments; the last one is the whole
};

inline constexpr std::size_t longest_expression = 65536;  ///< bytes
inline constexpr int deepest_expression = 200;            ///< parentheses, calls, signs and powers in one another

/// Reads an expression. From loose to tight, as in Python: comparisons, `|`, `&`, `+ -`, `* /`, signs and `~`, `**`,
/// then
/// `.T` and calls.
/// @throws ExpressionError
Syntax parse(std::string_view text);

/// `name = expression`: the name, and where the expression begins.
struct Assignment {
  std::string name;
  Syntax value;
};
/// @throws ExpressionError
Assignment parse_assignment(std::string_view text);

}  // namespace rankwise::expressions
