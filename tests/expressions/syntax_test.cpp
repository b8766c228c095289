#include "rankwise/expressions/syntax.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "rankwise/expressions/expression_error.hpp"

namespace rankwise::expressions {
namespace {

/// With every part in parentheses.
std::string spelled(const Syntax& syntax) {
  std::vector<std::string> parts;
  for (const SyntaxNode& node : syntax.nodes) {
    const auto part = [&](std::size_t i) { return parts[node.arguments[i].node]; };
    switch (node.kind) {
      case SyntaxNode::Kind::number:
        parts.push_back(fmt::format("{}", node.number));
        break;
      case SyntaxNode::Kind::name:
        parts.push_back(node.word);
        break;
      case SyntaxNode::Kind::unary:
        parts.push_back(fmt::format("({}{})", node.word, part(0)));
        break;
      case SyntaxNode::Kind::binary:
        parts.push_back(fmt::format("({}{}{})", part(0), node.word, part(1)));
        break;
      case SyntaxNode::Kind::transposed:
        parts.push_back(part(0) + ".T");
        break;
      case SyntaxNode::Kind::call: {
        std::string text = node.word + "(";
        for (std::size_t i = 0; i < node.arguments.size(); ++i) {
          const std::string& keyword = node.arguments[i].keyword;
          text += (i > 0 ? "," : "") + keyword + (keyword.empty() ? "" : "=") + part(i);
        }
        parts.push_back(text + ")");
      }
    }
  }
  return parts.back();
}

TEST(Syntax, binds_as_python_does) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"a + b * c", "(a+(b*c))"},
      {"a - b - c", "((a-b)-c)"},
      {"a / b * c", "((a/b)*c)"},
      {"2 ** 3 ** 4", "(2**(3**4))"},
      {"-a ** 2", "(-(a**2))"},
      {"2 ** -a", "(2**(-a))"},
      {"- - +a", "(-(-(+a)))"},
      {"-a * b", "((-a)*b)"},
      {"a < b + 1", "(a<(b+1))"},
      {"a & b | c & d", "((a&b)|(c&d))"},
      {"a & b == c", "((a&b)==c)"},
      {"~a & b", "((~a)&b)"},
      {"x.T ** 2", "(x.T**2)"},
      {"-x.T", "(-x.T)"},
      {"(a + b).T.T", "(a+b).T.T"},
      {"x.mean(axis=0)", "mean(x,axis=0)"},
      {"x.mean(0).T", "mean(x,0).T"},
      {"where(a > 0, b, -c)", "where((a>0),b,(-c))"},
      {"f()", "f()"},
      {"f(a,)", "f(a)"},
      {"var(x, 0, ddof=1, keepdims=True)", "var(x,0,ddof=1,keepdims=True)"},
      {"x + x.T - mean(x, 0)", "((x+x.T)-mean(x,0))"},
      {"`x y`*2", "(x y*2)"}};
  for (const auto& [text, expected] : cases) EXPECT_EQ(spelled(parse(text)), expected);
}

std::string message_of(const std::string& text) {
  try {
    parse(text);
  } catch (const ExpressionError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Syntax, what_is_unfinished_or_misplaced_is_told_where_it_is) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "there is no expression (column 1): "},
      {"  ", "there is no expression (column 3):   "},
      {"x +", "it is not finished (column 4): x +"},
      {"(x", "this '(' is never closed (column 1): (x"},
      {"f(x, ", "it is not finished (column 6): f(x, "},
      {"f(x", "this '(' is never closed (column 2): f(x"},
      {"x)", "')' is not expected here (column 2): x)"},
      {"x y", "'y' is not expected here (column 3): x y"},
      {"2 x", "'x' is not expected here (column 3): 2 x"},
      {"* x", "'*' is not expected here (column 1): * x"},
      {"a < b < c", "comparisons cannot be chained: write (a < b) & (b < c) (column 7): a < b < c"},
      {"a > 0 & b > 0", "comparisons cannot be chained: write (a < b) & (b < c) (column 11): a > 0 & b > 0"},
      {"y = x", "write == to compare (column 3): y = x"},
      {"x.shape", "there is no '.shape': .T, or a function such as .mean() (column 3): x.shape"},
      {"x.", "a '.' needs T, or a function such as mean(), behind it (column 2): x."},
      {"a and b", "write & for 'and', each side in parentheses (column 3): a and b"},
      {"not a", "write ~ for 'not' (column 1): not a"},
      {"x if y else z", "write where(condition, a, b) (column 3): x if y else z"},
      {"lambda x: x", "there are no functions to be made here (column 1): lambda x: x"},
      {"import os", "there are no modules here (column 1): import os"},
      {"f(a b)", "'b' is not expected here (column 5): f(a b)"}};
  for (const auto& [text, message] : cases) EXPECT_EQ(message_of(text), message);
}

TEST(Syntax, is_bounded_in_depth_and_length) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '(') + "x" + std::string(static_cast<std::size_t>(depth), ')');
  };
  EXPECT_EQ(spelled(parse(nested(deepest_expression))), "x");
  EXPECT_EQ(message_of(nested(deepest_expression + 1)).substr(0, 53),
            "more than 200 levels in one another (column 201): ...");
  for (const std::string piece : {"(", "-", "~", "f(", "2**", "x.f("}) {
    std::string text;
    while (text.size() < 60'000) text += piece;
    EXPECT_EQ(message_of(text).substr(0, 35), "more than 200 levels in one another") << piece;
  }
  EXPECT_EQ(message_of(std::string(1'000'000, '(')).substr(0, 74),
            "an expression is at most 65536 bytes long, this one 1000000 (column 65537)");
  std::string sum = "x";
  while (sum.size() < longest_expression - 2) sum += "+x";
  EXPECT_GT(parse(sum).nodes.size(), 60'000U);
}

TEST(Syntax, an_assignment_has_a_name_and_a_value) {
  const Assignment assignment = parse_assignment(" col3 = col0 + 100");
  EXPECT_EQ(assignment.name, "col3");
  EXPECT_EQ(spelled(assignment.value), "(col0+100)");
  EXPECT_EQ(parse_assignment("`a b`=1").name, "a b");
  for (const std::string wrong : {"", "x", "x == 1", "3 = x", "x + 1 = 2"}) {
    EXPECT_THROW(parse_assignment(wrong), ExpressionError) << wrong;
  }
  try {
    parse_assignment("y = x +");
    ADD_FAILURE();
  } catch (const ExpressionError& error) {
    EXPECT_EQ(std::string(error.what()), "it is not finished (column 8): y = x +");
  }
}

}  // namespace
}  // namespace rankwise::expressions
