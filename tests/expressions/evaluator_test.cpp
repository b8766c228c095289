#include "rankwise/expressions/evaluator.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "rankwise/expressions/program.hpp"
#include "rankwise/kernels/targets.hpp"
#include "tests/expressions/naive.hpp"

namespace rankwise::expressions {
namespace {

using naive::Array;
constexpr std::uint64_t seed = 42;

/// x, y: rows × columns; z: columns × rows; v: of the columns; w: rows × 1; h: 1 × columns.
std::map<std::string, Array> some_arrays(std::uint64_t rows, std::uint64_t columns, bool special) {
  std::mt19937_64 random(rows * 1000 + columns);
  std::normal_distribution<double> normal;
  std::map<std::string, Array> arrays{
      {"x", {Shape::matrix(rows, columns), {}}}, {"y", {Shape::matrix(rows, columns), {}}},
      {"z", {Shape::matrix(columns, rows), {}}}, {"v", {Shape::vector(columns), {}}},
      {"w", {Shape::matrix(rows, 1), {}}},       {"h", {Shape::matrix(1, columns), {}}}};
  for (auto& [name, array] : arrays) {
    array.values.resize(array.shape.rows() * array.shape.columns());
    for (double& value : array.values) value = normal(random);
    if (special && array.values.size() > 5) {
      array.values[3] = NAN;
      array.values[4] = INFINITY;
      array.values[5] = -0.0;
    }
  }
  return arrays;
}

Vocabulary vocabulary_of(const std::map<std::string, Array>& arrays) {
  Vocabulary vocabulary;
  for (const auto& [name, array] : arrays) vocabulary.operands.push_back({.name = name, .shape = array.shape});
  return vocabulary;
}

/// Runs plans as their users do, but cuts them into rectangles of any size, in any order.
class Runner {
 public:
  Runner(const std::map<std::string, Array>& arrays, std::uint64_t cuts) : random_(cuts) {
    for (const auto& [name, array] : arrays) operands_.push_back(array);
  }

  Array run(const Plan& plan) {
    for (const Pass& pass : plan.passes) passes_.push_back({run(pass.argument), pass.axis});
    return run(plan.result);
  }

 private:
  struct Argument {
    Array array;
    int axis;
  };

  Array run(const Program& program) {
    const std::uint64_t rows = program.shape.rows(), columns = program.shape.columns();
    Array result{program.shape, std::vector<double>(rows * columns, -77)};
    Evaluator evaluator(program, seed);
    cut({0, 0, rows, columns}, [&](const Rectangle& rectangle) {
      std::vector<Array> room;
      for (const Leaf& leaf : program.leaves) room.push_back(array_of(leaf));
      std::vector<LeafView> views;
      for (std::size_t i = 0; i < program.leaves.size(); ++i)
        views.push_back(view(program.leaves[i], room[i], rectangle));
      evaluator.run(rectangle, views, &result.values[rectangle.first_row * columns + rectangle.first_column], columns);
    });
    return result;
  }

  Array array_of(const Leaf& leaf) {
    if (leaf.kind == Leaf::Kind::operand) return operands_[leaf.index];
    if (leaf.kind != Leaf::Kind::reduced) return {Shape::number(), {0}};
    const auto& [array, axis] = passes_[leaf.index];
    Array result{Shape::number(), naive::reduce(array, leaf.reduction)};
    // A leaf with one row has its numbers side by side, one with one column below one another: the same in memory.
    result.shape = leaf.one_row ? Shape::matrix(1, result.values.size()) : Shape::matrix(result.values.size(), 1);
    return result;
  }

  static LeafView view(const Leaf& leaf, const Array& array, const Rectangle& rectangle) {
    if (leaf.kind == Leaf::Kind::uniform || leaf.kind == Leaf::Kind::normal) return {};
    const std::uint64_t row = leaf.swapped ? rectangle.first_column : rectangle.first_row;
    const std::uint64_t column = leaf.swapped ? rectangle.first_row : rectangle.first_column;
    const std::uint64_t first = (leaf.one_row ? 0 : row) * array.shape.columns() + (leaf.one_column ? 0 : column);
    return view_of(leaf, array.values.data() + first, array.shape.columns(), 1);
  }

  template <class Act>
  void cut(const Rectangle& whole, Act act) {
    if (whole.rows * whole.columns == 0) return;
    const bool by_rows = random_() % 2 == 0;
    const std::uint64_t extent = by_rows ? whole.rows : whole.columns;
    if (extent < 2 || random_() % 3 == 0) return act(whole);
    const std::uint64_t border = 1 + random_() % (extent - 1);
    Rectangle first = whole, second = whole;
    if (by_rows) {
      first.rows = border;
      second.first_row += border;
      second.rows -= border;
    } else {
      first.columns = border;
      second.first_column += border;
      second.columns -= border;
    }
    cut(second, act);
    cut(first, act);
  }

  std::mt19937_64 random_;
  std::vector<Array> operands_;
  std::vector<Argument> passes_;
};

testing::AssertionResult same(const Array& a, const Array& b) {
  if (a.shape != b.shape) return testing::AssertionFailure() << a.shape.text() << ", " << b.shape.text();
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const double mine = a.values[i], other = b.values[i];
    if (std::isnan(mine) && std::isnan(other)) continue;
    if (std::bit_cast<std::uint64_t>(mine) != std::bit_cast<std::uint64_t>(other)) {
      return testing::AssertionFailure() << "element " << i << ": " << mine << ", " << other;
    }
  }
  return testing::AssertionSuccess();
}

void expect_naive_result(const std::string& text, std::uint64_t rows, std::uint64_t columns, bool special = false) {
  const auto arrays = some_arrays(rows, columns, special);
  const Syntax syntax = parse(text);
  const Vocabulary vocabulary = vocabulary_of(arrays);
  const Formula formula(syntax, vocabulary);
  const Plan plan = compile(formula);
  const Array expected = naive::Interpreter(syntax, arrays, seed).whole(formula.node(formula.whole()).shape);
  for (std::uint64_t cuts = 0; cuts < 3; ++cuts) {
    ASSERT_TRUE(same(Runner(arrays, cuts).run(plan), expected)) << text << ", " << rows << " × " << columns;
  }
}

TEST(Evaluator, gives_what_evaluating_part_by_part_gives) {
  for (const char* text : {"x",
                           "x.T",
                           "2",
                           "x + y",
                           "x + z.T - mean(x, 0)",
                           "(x * v).T + z",
                           "v",
                           "v.T + v",
                           "x * w + h",
                           "x - mean(x, 1, keepdims=True)",
                           "(x - mean(x, 0)) / std(x, 0, ddof=1)",
                           "sum(x * x)",
                           "max(sum(x, 0))",
                           "where(x > y, x, w) ** 2",
                           "clip(x, -1, 1)",
                           "~(x > 0) & (y <= 0)",
                           "x + random()",
                           "(x + random()).T",
                           "z + random().T",
                           "random() * v",
                           "mean(x + normal(), 0)",
                           "normal()",
                           "sum(random())",
                           "-x",
                           "3 + 4 * x.T",
                           "(x + y) * (x + y) / (x - y)",
                           "(x + y) * (x + y) - x * y * (x - y)",
                           "mean(z.T * x, 1)",
                           "(h.T + w.T).T",
                           "(x.T + w.T).T",
                           "sum(h)",
                           "sum(w, 0)",
                           "sum(w, 1) + sum(v)",
                           "x == x",
                           "mean(mean(x, 0) - v)",
                           "where(w > 0, v, 1)",
                           "minimum(x, v) + maximum(w, 0)"}) {
    for (const auto& [rows, columns] :
         {std::pair<std::uint64_t, std::uint64_t>{3, 4}, {1, 1}, {1, 5}, {5, 1}, {7, 700}}) {
      expect_naive_result(text, rows, columns);
      expect_naive_result(text, rows, columns, true);
    }
  }
}

TEST(Evaluator, of_nothing_makes_nothing) {
  for (const char* text : {"x + v", "x.T", "x - sum(x, 0)", "x * sum(x)", "random() + x"}) {
    for (const auto& [rows, columns] : {std::pair<std::uint64_t, std::uint64_t>{0, 4}, {4, 0}}) {
      expect_naive_result(text, rows, columns);
      const auto arrays = some_arrays(rows, columns, false);
      const Plan plan = compile(Formula(parse(text), vocabulary_of(arrays)));
      const std::vector<LeafView> views(plan.result.leaves.size());
      Evaluator(plan.result, seed).run({0, 0, rows, columns}, views, nullptr, columns);
    }
  }
}

TEST(Evaluator, integers_have_no_negative_zero) {
  const Vocabulary vocabulary{.operands = {{"i", Shape::vector(3), Elements::integers}}};
  const std::vector<double> values{0, -1, 2};
  for (const auto& [text, expected] : std::vector<std::pair<std::string, double>>{{"-i", 0.0},
                                                                                  {"i * -1", 0.0},
                                                                                  {"1 / (i * -3)", INFINITY},
                                                                                  {"1 / -i", INFINITY},
                                                                                  {"-1 / (i * i)", -INFINITY},
                                                                                  {"i * -1.0", -0.0},
                                                                                  {"1 / (i + -0)", INFINITY},
                                                                                  {"i * (i > 9) * -2", 0.0}}) {
    const Plan plan = compile(Formula(parse(text), vocabulary));
    std::vector<double> result(3);
    const std::vector<LeafView> views{view_of(plan.result.leaves[0], values.data(), 0, 1)};
    Evaluator(plan.result, seed).run({0, 0, 1, 3}, views, result.data(), 3);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(result[0]), std::bit_cast<std::uint64_t>(expected)) << text;
  }
}

TEST(Evaluator, what_lies_across_is_taken_in_panels_of_any_shape) {
  for (const char* text : {"x + z.T", "z.T * x.T.T - w + z.T", "where(z.T > random(), z.T, v)"}) {
    for (const auto& [rows, columns] : {std::pair{37, 1100}, {1100, 37}, {1500, 2}, {9, 513}, {8, 512}, {3, 700}}) {
      expect_naive_result(text, static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(columns));
    }
  }
}

TEST(Evaluator, the_longest_expressions_take_little_room_and_time) {
  const auto longest = [](auto piece) {
    std::string text = "x";
    for (int i = 0; text.size() < longest_expression - 40; ++i) text += piece(i);
    return text;
  };
  const auto arrays = some_arrays(2, 3, false);
  for (const std::string& text :
       {longest([](int i) { return fmt::format("+{}", i); }), longest([](int) { return "-random()"; }),
        longest([](int i) { return fmt::format("*sum(x-{},0)", i); }), longest([](int) { return "*x.T.T"; }),
        longest([](int i) { return i % 2 == 0 ? "+exp(x)" : "*tan(y)"; })}) {
    const Plan plan = compile(Formula(parse(text), vocabulary_of(arrays)));
    EXPECT_LE(Evaluator::bytes_needed(plan.result), std::size_t{8} << 20) << text.substr(0, 20);
    ASSERT_TRUE(Runner(arrays, 0).run(plan).values.size() == 6);
  }
}

/// Draws expressions that fit rows × columns, or, `turned`, columns × rows.
class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_(seed) {}

  std::string any(int depth, bool turned) {
    if (depth == 0) return leaf(turned);
    switch (random_() % 14) {
      case 0:
        return leaf(turned);
      case 1:
        return fmt::format("{}({})", pick({"exp", "abs", "sqrt", "sin", "floor", "tanh", "-", "log"}),
                           any(depth - 1, turned));
      case 2:
        return fmt::format("where({} {} {}, {}, {})", any(depth - 1, turned), pick({"<", ">", "<=", ">=", "==", "!="}),
                           any(depth - 1, turned), any(depth - 1, turned), any(depth - 1, turned));
      case 3:
        return fmt::format("({} + {}).T", matrix(!turned), any(depth - 1, !turned));
      case 4:
        return fmt::format("{}({} * {}, 0)", statistic(), matrix(turned), any(depth - 1, turned));
      case 5:
        return fmt::format("{}({} - {}, axis=1, keepdims=True)", statistic(), matrix(turned), any(depth - 1, turned));
      case 6:
        return fmt::format("{}.{}(axis=0, keepdims=True)", matrix(turned), statistic());
      case 7:
        return fmt::format("{}({}, ddof=1)", pick({"var", "std"}), any(depth - 1, turned));
      case 8:
        return fmt::format("clip({}, {}, {})", any(depth - 1, turned), any(depth - 1, turned), any(depth - 1, turned));
      case 9:
        return fmt::format("where(~({} > 0) {} ({} < {}), {}, 1)", any(depth - 1, turned), pick({"&", "|", "!="}),
                           any(depth - 1, turned), any(depth - 1, turned), any(depth - 1, turned));
      case 10:
        return fmt::format("{}({}, {})", pick({"minimum", "maximum"}), any(depth - 1, turned), any(depth - 1, turned));
      case 11:
        return fmt::format("{} ** {}", matrix(turned), pick({"2", "0.5", "-1", "3", "0"}));
      case 12:
        return fmt::format("{}({})", statistic(), any(depth - 1, random_() % 2 == 0));
      default:
        return fmt::format("({} {} {})", any(depth - 1, turned), pick({"+", "-", "*", "/", "**"}),
                           any(depth - 1, turned));
    }
  }

 private:
  std::string pick(const std::vector<std::string>& words) { return words[random_() % words.size()]; }
  std::string statistic() { return pick({"sum", "mean", "min", "max", "var", "std"}); }
  std::string matrix(bool turned) { return turned ? pick({"z", "x.T", "y.T"}) : pick({"x", "y", "z.T"}); }
  std::string leaf(bool turned) {
    if (random_() % 2 == 0) return matrix(turned);
    return turned ? pick({"w.T", "h.T", "2", "random()"}) : pick({"v", "w", "h", "0.5", "random()", "normal()"});
  }

  std::mt19937_64 random_;
};

TEST(Evaluator, gives_it_for_any_expression) {
  for (std::uint64_t number = 0; number < 400; ++number) {
    const std::string text = Writer(number).any(1 + static_cast<int>(number % 4), false);
    expect_naive_result(text, 2 + number % 5, 1 + number % 7, number % 3 == 0);
    if (HasFatalFailure()) return;
  }
}

TEST(Evaluator, every_target_gives_the_same_bits) {
  const auto arrays = some_arrays(9, 600, true);
  const Vocabulary vocabulary = vocabulary_of(arrays);
  const Formula formula(parse("exp(sin(x) ** 2) / (1 + abs(z.T)) - log(abs(y) + v) * normal()"), vocabulary);
  const Plan plan = compile(formula);
  const Array expected = Runner(arrays, 0).run(plan);
  kernels::for_each_target(
      [&](const std::string& target) { EXPECT_TRUE(same(Runner(arrays, 1).run(plan), expected)) << target; });
}

}  // namespace
}  // namespace rankwise::expressions
