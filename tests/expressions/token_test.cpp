#include "rankwise/expressions/token.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rankwise/expressions/expression_error.hpp"

namespace rankwise::expressions {
namespace {

std::vector<Token> tokens_of(const std::string& text) {
  std::vector<Token> tokens;
  std::size_t byte = 0;
  do {
    tokens.push_back(next_token(text, byte));
  } while (tokens.back().kind != Token::Kind::end);
  return tokens;
}

TEST(Token, numbers_are_those_of_python) {
  const auto tokens = tokens_of("1 1_000 .5 2. 1e3 1.5E-3 2e+2 007 9007199254740993");
  const std::vector<double> expected{1, 1000, 0.5, 2, 1000, 0.0015, 200, 7, 9007199254740992};
  ASSERT_EQ(tokens.size(), expected.size() + 1);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(tokens[i].kind, Token::Kind::number);
    EXPECT_EQ(tokens[i].number, expected[i]);
    EXPECT_EQ(tokens[i].integer, i < 2 || i > 6) << i;
  }
}

TEST(Token, names_are_letters_of_any_alphabet_or_anything_between_backticks) {
  const auto tokens = tokens_of("x _a1 größe `col 3`\t`0`");
  const std::vector<std::string> expected{"x", "_a1", "größe", "col 3", "0"};
  ASSERT_EQ(tokens.size(), expected.size() + 1);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(tokens[i].kind, Token::Kind::name);
    EXPECT_EQ(tokens[i].text, expected[i]);
  }
}

TEST(Token, the_longest_symbol_is_taken) {
  const auto tokens = tokens_of("a**-b<=c!=d");
  std::string symbols;
  for (const Token& token : tokens) {
    if (token.kind == Token::Kind::symbol) symbols += token.text + ' ';
  }
  EXPECT_EQ(symbols, "** - <= != ");
  EXPECT_EQ(tokens[1].byte, 1U);
  EXPECT_EQ(tokens.back().byte, 11U);
}

TEST(Token, what_is_none_is_told_with_its_column) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"x[0]", "there is no indexing (column 2): x[0]"},
      {"é @ b", "a matrix product is a command of its own: rankwise matmul (column 3): é @ b"},
      {"a % 2", "there is no '%': a - floor(a / b) * b (column 3): a % 2"},
      {"a && b", "write & for 'and', each side in parentheses (column 3): a && b"},
      {"!a", "write ~ for 'not', != for 'not equal' (column 1): !a"},
      {"3x", "'3x' is no number (column 1): 3x"},
      {"1e999", "1e999 is too large or too small (column 1): 1e999"},
      {"`a", "this ` has no second one (column 1): `a"},
      {"``", "there is no name between these ` (column 1): ``"},
      {"a;b", "';' has no meaning here (column 2): a;b"},
      {std::string("a\0b", 3), std::string("a character with the code 0 has no meaning here (column 2): a\0b", 63)}};
  for (const auto& [text, message] : wrong) {
    try {
      tokens_of(text);
      ADD_FAILURE() << text;
    } catch (const ExpressionError& error) {
      EXPECT_EQ(std::string(error.what()), message.c_str());
      EXPECT_EQ(error.exit_code(), 2);
    }
  }
}

TEST(Token, of_a_long_text_what_is_around_is_shown) {
  const std::string text = std::string(1000, ' ') + ";" + std::string(1000, 'x');
  try {
    tokens_of(text);
    ADD_FAILURE();
  } catch (const ExpressionError& error) {
    EXPECT_EQ(std::string(error.what()), "';' has no meaning here (column 1001): ... " + std::string(40, ' ') + ";" +
                                             std::string(39, 'x') + " ...");
  }
}

}  // namespace
}  // namespace rankwise::expressions
