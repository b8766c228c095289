#include "rankwise/expressions/syntax.hpp"

#include <fmt/format.h>

#include <array>
#include <initializer_list>
#include <utility>

#include "rankwise/expressions/expression_error.hpp"
#include "rankwise/expressions/token.hpp"

namespace rankwise::expressions {
namespace {

using Kind = SyntaxNode::Kind;

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> python{
    {{"and", "write & for 'and', each side in parentheses"},
     {"or", "write | for 'or', each side in parentheses"},
     {"not", "write ~ for 'not'"},
     {"if", "write where(condition, a, b)"},
     {"for", "there are no loops: an expression is for all elements at once"},
     {"lambda", "there are no functions to be made here"},
     {"import", "there are no modules here"},
     {"in", "there is no 'in': (x == 1) | (x == 2)"},
     {"is", "write == for 'is'"}}};

/// Recursive descent; each function reads what its name says from the next token on and returns its node.
class Parser {
 public:
  explicit Parser(std::string_view text, std::size_t begin = 0) : text_(text), byte_(begin) {
    if (text.size() > longest_expression) {
      throw ExpressionError(
          text, longest_expression,
          fmt::format("an expression is at most {} bytes long, this one {}", longest_expression, text.size()));
    }
    advance();
  }

  Syntax whole() {
    expression();
    if (token_.kind != Token::Kind::end) unexpected();
    return {std::string(text_), std::move(nodes_)};
  }

 private:
  /// Counts how deep the parser is in an expression, so that it cannot be sent deeper than its stack.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) {
      if (++parser.depth_ > deepest_expression) {
        parser.fail(parser.token_.byte, fmt::format("more than {} levels in one another", deepest_expression));
      }
    }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { --parser_.depth_; }

   private:
    Parser& parser_;
  };

  std::size_t expression() {
    const auto compares = [this] { return is_any({"<", "<=", ">", ">=", "==", "!="}); };
    const std::size_t left = conditions();
    if (!compares()) return left;
    const std::size_t node = operation(left, [this] { return conditions(); });
    if (compares()) fail(token_.byte, "comparisons cannot be chained: write (a < b) & (b < c)");
    return node;
  }
  std::size_t conditions() {
    return chain({"|"}, [this] { return chain({"&"}, [this] { return sum(); }); });
  }
  std::size_t sum() {
    return chain({"+", "-"}, [this] { return chain({"*", "/"}, [this] { return sign(); }); });
  }
  std::size_t sign() {
    if (!is_any({"+", "-", "~"})) return power();
    const Level level(*this);
    const Token token = take();
    return add({.kind = Kind::unary, .word = token.text, .arguments = {{sign()}}, .byte = token.byte});
  }
  std::size_t power() {
    const std::size_t base = postfix();
    if (!is_any({"**"})) return base;
    const Level level(*this);
    return operation(base, [this] { return sign(); });
  }
  std::size_t postfix() {
    std::size_t node = primary();
    while (is_any({"."})) {
      const std::size_t byte = take().byte;
      if (token_.kind != Token::Kind::name) fail(byte, "a '.' needs T, or a function such as mean(), behind it");
      const Token word = take();
      if (word.text == "T") {
        node = add({.kind = Kind::transposed, .arguments = {{node}}, .byte = byte});
      } else if (is_any({"("})) {
        node = call(word, {{node}});
      } else {
        fail(word.byte, fmt::format("there is no '.{}': .T, or a function such as .mean()", word.text));
      }
    }
    return node;
  }
  std::size_t primary() {
    if (token_.kind == Token::Kind::number) {
      const Token token = take();
      if (token_.kind == Token::Kind::number || token_.kind == Token::Kind::name) unexpected();
      return add({.kind = Kind::number, .number = token.number, .integer = token.integer, .byte = token.byte});
    }
    if (token_.kind == Token::Kind::name) {
      refuse_python();
      const Token token = take();
      if (is_any({"("})) return call(token, {});
      if (token_.kind == Token::Kind::name || token_.kind == Token::Kind::number) unexpected();
      return add({.kind = Kind::name, .word = token.text, .byte = token.byte});
    }
    if (!is_any({"("})) unexpected();
    const Level level(*this);
    const std::size_t opened = take().byte;
    const std::size_t node = expression();
    close(opened);
    return node;
  }
  std::size_t call(const Token& function, std::vector<SyntaxNode::Argument> arguments) {
    const Level level(*this);
    const std::size_t opened = take().byte;
    while (!is_any({")"})) {
      arguments.push_back(argument());
      if (!is_any({","})) break;
      take();
    }
    close(opened);
    return add({.kind = Kind::call, .word = function.text, .arguments = std::move(arguments), .byte = function.byte});
  }
  SyntaxNode::Argument argument() {
    if (token_.kind == Token::Kind::name) {
      const std::size_t behind = byte_;
      const Token name = token_;
      take();
      if (is_any({"="})) {
        take();
        return {expression(), name.text};
      }
      token_ = name;
      byte_ = behind;
    }
    return {expression(), ""};
  }

  /// operand (word operand)*, from left to right.
  template <class Operand>
  std::size_t chain(std::initializer_list<std::string_view> words, Operand operand) {
    std::size_t left = operand();
    while (is_any(words)) left = operation(left, operand);
    return left;
  }
  template <class Operand>
  std::size_t operation(std::size_t left, Operand operand) {
    const Token token = take();
    const std::size_t right = operand();
    return add({.kind = Kind::binary, .word = token.text, .arguments = {{left}, {right}}, .byte = token.byte});
  }

  std::size_t add(SyntaxNode node) {
    nodes_.push_back(std::move(node));
    return nodes_.size() - 1;
  }
  void close(std::size_t opened) {
    if (token_.kind == Token::Kind::end) fail(opened, "this '(' is never closed");
    if (!is_any({")"})) unexpected();
    take();
  }
  [[nodiscard]] bool is_any(std::initializer_list<std::string_view> words) const {
    if (token_.kind != Token::Kind::symbol) return false;
    for (const std::string_view word : words) {
      if (token_.text == word) return true;
    }
    return false;
  }
  void advance() { token_ = next_token(text_, byte_); }
  Token take() {
    Token taken = std::move(token_);
    advance();
    return taken;
  }
  void refuse_python() const {
    for (const auto& [word, advice] : python) {
      if (token_.text == word && text_[token_.byte] != '`') fail(token_.byte, std::string(advice));
    }
  }
  [[noreturn]] void unexpected() const {
    if (token_.kind == Token::Kind::end)
      fail(token_.byte, nodes_.empty() ? "there is no expression" : "it is not finished");
    refuse_python();
    if (token_.kind == Token::Kind::symbol && token_.text == "=") fail(token_.byte, "write == to compare");
    fail(token_.byte, fmt::format("'{}' is not expected here", token_.text));
  }
  [[noreturn]] void fail(std::size_t byte, const std::string& what) const { throw ExpressionError(text_, byte, what); }

  std::string_view text_;
  std::size_t byte_;  // behind the token
  Token token_;
  int depth_ = 0;
  std::vector<SyntaxNode> nodes_;
};

}  // namespace

Syntax parse(std::string_view text) {
  return Parser(text).whole();
}

Assignment parse_assignment(std::string_view text) {
  std::size_t byte = 0;
  const Token name = next_token(text, byte);
  const auto fail = [&](std::size_t at) { throw ExpressionError(text, at, "write name = expression"); };
  if (name.kind != Token::Kind::name) fail(name.byte);
  const Token equals = next_token(text, byte);
  if (equals.text != "=" || equals.kind != Token::Kind::symbol) fail(equals.byte);
  return {name.text, Parser(text, byte).whole()};
}

}  // namespace rankwise::expressions
