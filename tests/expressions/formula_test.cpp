#include "rankwise/expressions/formula.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "rankwise/expressions/expression_error.hpp"

namespace rankwise::expressions {
namespace {

const Vocabulary& matrices() {
  static const Vocabulary vocabulary{.operands = {{"x", Shape::matrix(3, 4), Elements::reals},
                                                  {"y", Shape::matrix(3, 4), Elements::reals},
                                                  {"i", Shape::matrix(3, 4), Elements::integers},
                                                  {"v", Shape::vector(4), Elements::reals},
                                                  {"t", Shape::matrix(3, 1), Elements::truths},
                                                  {"none", Shape::matrix(0, 4), Elements::reals},
                                                  {"price", Shape::matrix(3, 4), Elements::reals}}};
  return vocabulary;
}

Formula formula_of(const std::string& text, const Vocabulary& vocabulary = matrices()) {
  return Formula(parse(text), vocabulary);
}
Formula::Node whole_of(const std::string& text) {
  const Formula formula = formula_of(text);
  return formula.node(formula.whole());
}
std::string message_of(const std::string& text, const Vocabulary& vocabulary = matrices()) {
  try {
    formula_of(text, vocabulary);
  } catch (const ExpressionError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Formula, shapes_are_those_of_numpy) {
  const std::vector<std::pair<std::string, Shape>> cases{{"x + y", Shape::matrix(3, 4)},
                                                         {"x + v", Shape::matrix(3, 4)},
                                                         {"v + t", Shape::matrix(3, 4)},
                                                         {"x.T", Shape::matrix(4, 3)},
                                                         {"(x * v).T", Shape::matrix(4, 3)},
                                                         {"v.T", Shape::vector(4)},
                                                         {"(v + random()).T", Shape::vector(4)},
                                                         {"1 + 2", Shape::number()},
                                                         {"sum(x)", Shape::number()},
                                                         {"sum(x, 0)", Shape::vector(4)},
                                                         {"sum(x, axis=1)", Shape::vector(3)},
                                                         {"x.sum(-1)", Shape::vector(3)},
                                                         {"x.sum(-2)", Shape::vector(4)},
                                                         {"mean(x, 0, keepdims=True)", Shape::matrix(1, 4)},
                                                         {"mean(x, 1, keepdims=True)", Shape::matrix(3, 1)},
                                                         {"mean(x, keepdims=True)", Shape::matrix(1, 1)},
                                                         {"max(v)", Shape::number()},
                                                         {"max(v, 0)", Shape::number()},
                                                         {"max(v, -1, keepdims=True)", Shape::vector(1)},
                                                         {"max(sum(x, 0))", Shape::number()},
                                                         {"sum(3)", Shape::number()},
                                                         {"random()", Shape::number()},
                                                         {"x + random()", Shape::matrix(3, 4)},
                                                         {"where(t, x, 0)", Shape::matrix(3, 4)},
                                                         {"clip(v, 0, 1)", Shape::vector(4)},
                                                         {"none + v", Shape::matrix(0, 4)},
                                                         {"x - mean(x, 1, keepdims=True)", Shape::matrix(3, 4)}};
  for (const auto& [text, shape] : cases) EXPECT_EQ(whole_of(text).shape, shape) << text;
}

TEST(Formula, knows_what_stays_integer_and_what_is_true_or_false) {
  const std::vector<std::pair<std::string, Elements>> cases{{"i", Elements::integers},
                                                            {"i + 1", Elements::integers},
                                                            {"i * i - 2", Elements::integers},
                                                            {"-i", Elements::integers},
                                                            {"abs(i)", Elements::integers},
                                                            {"i / 2", Elements::reals},
                                                            {"i + 1.0", Elements::reals},
                                                            {"i + x", Elements::reals},
                                                            {"i ** 2", Elements::integers},
                                                            {"i ** -1", Elements::reals},
                                                            {"i ** 0.5", Elements::reals},
                                                            {"2 ** i", Elements::reals},
                                                            {"sqrt(i)", Elements::reals},
                                                            {"floor(i)", Elements::integers},
                                                            {"floor(x)", Elements::reals},
                                                            {"i > 2", Elements::truths},
                                                            {"x >= 2", Elements::truths},
                                                            {"(x > 2) & ~(x < 1)", Elements::truths},
                                                            {"t", Elements::truths},
                                                            {"t + t", Elements::integers},
                                                            {"-t", Elements::integers},
                                                            {"sum(t)", Elements::integers},
                                                            {"sum(i, 0)", Elements::integers},
                                                            {"mean(i)", Elements::reals},
                                                            {"max(i)", Elements::integers},
                                                            {"max(t)", Elements::truths},
                                                            {"where(x > 0, i, 1)", Elements::integers},
                                                            {"where(t, t, t)", Elements::truths},
                                                            {"clip(i, 0, 9)", Elements::integers},
                                                            {"clip(i, 0, 0.5)", Elements::reals},
                                                            {"random()", Elements::reals},
                                                            {"True", Elements::truths},
                                                            {"pi", Elements::reals},
                                                            {"2 ** 60", Elements::integers},
                                                            {"2 ** 10", Elements::integers},
                                                            {"9007199254740993", Elements::integers}};
  for (const auto& [text, elements] : cases) EXPECT_EQ(whole_of(text).elements, elements) << text;
}

TEST(Formula, what_stands_there_twice_is_there_once) {
  const auto count = [](const std::string& text, Formula::Kind kind) {
    const Formula formula = formula_of(text);
    return std::count_if(formula.nodes().begin(), formula.nodes().end(), [&](const auto& n) { return n.kind == kind; });
  };
  EXPECT_EQ(count("(x + y) * (x + y)", Formula::Kind::operation), 2);
  EXPECT_EQ(count("(x - mean(x, 0)) / mean(x, axis=0)", Formula::Kind::reduction), 1);
  EXPECT_EQ(count("sum(mean(x, 0)) + sum(mean(x, 1))", Formula::Kind::reduction), 4);
}

TEST(Formula, each_random_is_its_own) {
  const Formula formula = formula_of("random() - random() + normal()");
  std::vector<std::uint64_t> drawn;
  for (const auto& node : formula.nodes()) {
    if (node.kind == Formula::Kind::uniform || node.kind == Formula::Kind::normal) drawn.push_back(node.index);
  }
  EXPECT_EQ(drawn, (std::vector<std::uint64_t>{0, 1, 2}));
}

TEST(Formula, numbers_are_computed_before_anything_runs) {
  EXPECT_EQ(whole_of("2 * 3 ** 2 - -1").kind, Formula::Kind::number);
  EXPECT_EQ(whole_of("2 * 3 ** 2 - -1").number, 19);
  EXPECT_EQ(whole_of("where(1 > 2, 3, 4)").number, 4);
  EXPECT_EQ(whole_of("sqrt(pi) * 0").number, 0);
}

TEST(Formula, what_cannot_be_meant_is_told_where_it_is) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"x + z", "no matrix named 'z' (column 5): x + z"},
      {"prise * 2", "no matrix named 'prise' (did you mean 'price'?) (column 1): prise * 2"},
      {"np.exp(x)", "functions are called without 'np.' (column 1): np.exp(x)"},
      {"mean", "'mean' is a function: mean(...) (column 1): mean"},
      {"meen(x)", "no function named 'meen' (did you mean 'mean'?) (column 1): meen(x)"},
      {"print(x)", "no function named 'print' (column 1): print(x)"},
      {"x + x.T", "the shapes (3, 4) and (4, 3) do not fit (column 3): x + x.T"},
      {"x - mean(x, 1)", "the shapes (3, 4) and (3,) do not fit (column 3): x - mean(x, 1)"},
      {"where(x > 0, x.T, 0)", "the shapes (3, 4) and (4, 3) do not fit (column 1): where(x > 0, x.T, 0)"},
      {"exp()", "exp() takes 1 argument, not 0 (column 1): exp()"},
      {"exp(x, y)", "exp() takes 1 argument, not 2 (column 1): exp(x, y)"},
      {"where(x, y)", "where() takes 3 arguments, not 2 (column 1): where(x, y)"},
      {"random(3)", "random() takes 0 arguments, not 1 (column 1): random(3)"},
      {"exp(x=y)", "exp() has no 'x' (column 7): exp(x=y)"},
      {"mean(x, 2)", "the axis of mean() is 0 or 1 (column 9): mean(x, 2)"},
      {"mean(x, 0.5)", "the axis of mean() is 0 or 1 (column 9): mean(x, 0.5)"},
      {"mean(x, y)", "the axis of mean() is 0 or 1 (column 9): mean(x, y)"},
      {"mean(v, 1)", "the axis of mean() is 0 for a vector (column 9): mean(v, 1)"},
      {"mean(3, 0)", "the axis of mean() is left away for one number (column 9): mean(3, 0)"},
      {"mean()", "mean(x) needs something to take (column 1): mean()"},
      {"mean(axis=0)", "mean(x) needs something to take (column 1): mean(axis=0)"},
      {"mean(x, 0, 1)", "mean(x, axis) takes 1 or 2 arguments, not 3 (column 1): mean(x, 0, 1)"},
      {"mean(x, ddof=1)", "mean() has no 'ddof': axis, keepdims (column 14): mean(x, ddof=1)"},
      {"var(x, dof=1)", "var() has no 'dof': axis, keepdims, ddof (column 12): var(x, dof=1)"},
      {"var(x, ddof=y)", "ddof= takes a whole number from 0 on (column 13): var(x, ddof=y)"},
      {"sum(x, 0, axis=1)", "axis= is there twice (column 16): sum(x, 0, axis=1)"},
      {"var(x, ddof=0, ddof=1)", "ddof= is there twice (column 21): var(x, ddof=0, ddof=1)"},
      {"x > x.T", "the shapes (3, 4) and (4, 3) do not fit (column 3): x > x.T"},
      {"sum(x, keepdims=2)", "keepdims= takes True or False (column 17): sum(x, keepdims=2)"},
      {"min(none)", "there is no min of no elements (column 1): min(none)"},
      {"x & y", "& takes truth values, such as (x > 0) (column 3): x & y"},
      {"~x", "~ takes truth values, such as (x > 0) (column 1): ~x"}};
  for (const auto& [text, message] : cases) EXPECT_EQ(message_of(text), message);
}

TEST(Formula, a_long_word_is_told_short_and_at_once) {
  const Vocabulary wide{.operands = {{std::string(60'000, 'a'), Shape::vector(9)}, {"price", Shape::vector(9)}}};
  EXPECT_EQ(message_of(std::string(60'000, 'b'), wide),
            "no matrix named '" + std::string(40, 'b') + "...' (column 1): " + std::string(40, 'b') + " ...");
  EXPECT_EQ(message_of("prise", wide), "no matrix named 'prise' (did you mean 'price'?) (column 1): prise");
}

TEST(Formula, a_command_says_what_its_names_are) {
  const Vocabulary table{
      .noun = "column", .operands = {{"col0", Shape::vector(9)}}, .transposes = false, .reductions = false};
  EXPECT_EQ(message_of("col1", table), "no column named 'col1' (did you mean 'col0'?) (column 1): col1");
  EXPECT_EQ(message_of("col0.T", table), ".T is for matrices; a column has none (column 5): col0.T");
  EXPECT_EQ(message_of("mean(col0)", table), "mean() is not to be had here (column 1): mean(col0)");
}

TEST(Formula, the_longest_sums_take_no_deep_stack) {
  std::string text = "x";
  while (text.size() < longest_expression - 4) text += text.size() % 4 == 1 ? "+x" : "-y";
  EXPECT_GT(formula_of(text).nodes().size(), 20'000U);
}

}  // namespace
}  // namespace rankwise::expressions
