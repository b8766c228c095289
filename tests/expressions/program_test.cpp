#include "rankwise/expressions/program.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rankwise::expressions {
namespace {

Plan plan_of(const std::string& text) {
  static const Vocabulary vocabulary{
      .operands = {{"x", Shape::matrix(4, 4)}, {"y", Shape::matrix(4, 4)}, {"v", Shape::vector(4)}}};
  return compile(Formula(parse(text), vocabulary));
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

TEST(Program, a_step_never_overwrites_what_is_still_to_be_read) {
  const Program program = plan_of("(x + y) * (x + y) - x * y * (x - y) + (x * v) ** (y / v)").result;
  const auto fixed = static_cast<std::uint32_t>(program.leaves.size() + program.constants.size());
  std::vector<int> live(program.registers);  // reads of each register's number that are still to come
  for (std::size_t s = 0; s < program.steps.size(); ++s) {
    const Step& step = program.steps[s];
    for (int i = 0; i < kernels::operands_of(step.operation); ++i) {
      const auto& operand = step.operands[static_cast<std::size_t>(i)];
      if (operand >= fixed) {
        EXPECT_GT(live[operand]--, 0) << "step " << s << " reads what is not there";
      }
    }
    ASSERT_GE(step.result, fixed) << "step " << s << " writes to a leaf";
    EXPECT_EQ(live[step.result], 0) << "step " << s;
    bool overwritten = false;
    for (std::size_t later = s + 1; later < program.steps.size() && !overwritten; ++later) {
      for (int i = 0; i < kernels::operands_of(program.steps[later].operation); ++i) {
        live[step.result] += program.steps[later].operands[static_cast<std::size_t>(i)] == step.result;
      }
      overwritten = program.steps[later].result == step.result;
    }
  }
  EXPECT_EQ(program.result, program.steps.back().result);
}

}  // namespace
}  // namespace rankwise::expressions
