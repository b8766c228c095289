#include "rankwise/expressions/program.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace rankwise::expressions {
namespace {

const Vocabulary& vocabulary() {
  static const Vocabulary names{
      .operands = {{"x", Shape::matrix(4, 4)}, {"y", Shape::matrix(4, 4)}, {"v", Shape::vector(4)}}};
  return names;
}

Plan plan_of(const std::string& text) {
  return compile(Formula(parse(text), vocabulary()));
}

TEST(Program, of_a_transposed_matrix_reads_it_across) {
  const Plan plan = plan_of("x + x.T + x.T.T");
  ASSERT_EQ(plan.result.leaves.size(), 2U);
  EXPECT_EQ(plan.result.leaves[0].swapped + plan.result.leaves[1].swapped, 1);
  EXPECT_EQ(plan.result.steps.size(), 2U);
}

TEST(Program, transposing_a_sum_moves_nothing) {
  const Plan plan = plan_of("(x + y).T");
  EXPECT_EQ(plan.result.steps.size(), 1U);
  for (const Leaf& leaf : plan.result.leaves) EXPECT_TRUE(leaf.swapped);
}

TEST(Program, statistics_of_the_same_elements_come_from_one_pass) {
  const Plan plan = plan_of("(x - mean(x, 0)) / std(x, axis=0) + max(x, 0) - sum(x, 1)");
  ASSERT_EQ(plan.passes.size(), 2U);
  EXPECT_EQ(plan.passes[0].axis, 0);
  EXPECT_EQ(plan.passes[1].axis, 1);
  EXPECT_TRUE(plan.passes[0].argument.steps.empty());
}

TEST(Program, a_pass_may_need_an_earlier_one) {
  const Plan plan = plan_of("sum((x - mean(x, 0)) ** 2)");
  ASSERT_EQ(plan.passes.size(), 2U);
  const auto& leaves = plan.passes[1].argument.leaves;
  ASSERT_EQ(leaves.size(), 2U);
  EXPECT_EQ(leaves[1].kind, Leaf::Kind::reduced);
  EXPECT_EQ(leaves[1].index, 0U);
  EXPECT_TRUE(plan.result.steps.empty());
  EXPECT_EQ(plan.result.leaves.at(0).index, 1U);
}

TEST(Program, needs_few_registers_however_long_it_is) {
  std::string text = "x";
  for (int i = 0; i < 2000; ++i) text += i % 2 == 0 ? " * y + v" : " / (x - y)";
  const Program program = plan_of(text).result;
  EXPECT_GT(program.steps.size(), 1000U);
  EXPECT_LE(program.registers, 8U);
}

std::string spelled(kernels::Operation operation, const std::array<std::string, 3>& operands) {
  std::string text = "(" + std::to_string(static_cast<int>(operation));
  for (int i = 0; i < kernels::operands_of(operation); ++i) text += " " + operands[static_cast<std::size_t>(i)];
  return text + ")";
}

std::string spelled(const Formula& formula, std::size_t index) {
  const Formula::Node& node = formula.node(index);
  if (node.kind == Formula::Kind::operand) return "x" + std::to_string(node.index);
  std::array<std::string, 3> operands;
  for (int i = 0; i < kernels::operands_of(node.operation); ++i) {
    const auto at = static_cast<std::size_t>(i);
    operands[at] = spelled(formula, node.arguments[at]);
  }
  return spelled(node.operation, operands);
}

/// What is in its last register, when all steps have been done in their order.
std::string spelled(const Program& program) {
  std::vector<std::string> registers(program.registers);
  for (std::size_t i = 0; i < program.leaves.size(); ++i) registers[i] = "x" + std::to_string(program.leaves[i].index);
  for (const Step& step : program.steps) {
    const auto& [a, b, c] = step.operands;
    registers[step.result] = spelled(step.operation, {registers[a], registers[b], registers[c]});
  }
  return registers[program.result];
}

TEST(Program, a_step_never_overwrites_what_is_still_to_be_read) {
  for (const char* text : {"(x + y) * (x + y) - x * y * (x - y) + (x * v) ** (y / v)", "x - (y - (v - (x * y)))",
                           "exp(x) * exp(x) + sin(y) * sin(y)", "where(x > y, x + v, y * v) - minimum(x, y)"}) {
    const Formula formula(parse(text), vocabulary());
    EXPECT_EQ(spelled(compile(formula).result), spelled(formula, formula.whole())) << text;
  }
}

}  // namespace
}  // namespace rankwise::expressions
