#include "rankwise/engine/plan.hpp"

#include <gtest/gtest.h>

#include "tests/support/spelling.hpp"

namespace rankwise::engine {
namespace {

TEST(Plan, tells_the_cut_and_what_it_takes) {
  const PhasePlan made = plan({.threads = 3}, test::Spelling{.cut = {2, 50}}, "spelling");
  EXPECT_EQ(made.phase, "spelling");
  EXPECT_EQ(made.grid, (blocks::Grid{2, 50}));
  EXPECT_EQ(made.spans, 100U);
  EXPECT_EQ(made.block.value, 1000U);
  EXPECT_EQ(made.partial.value, 64U);
  EXPECT_EQ(made.threads, 3);
}

TEST(Plan, has_as_many_threads_as_fit_into_memory) {
  const test::Spelling job{.cut = {2, 50}};
  EXPECT_EQ(plan({.threads = 3, .memory = Bytes{1064}}, job, "").threads, 1);
  EXPECT_EQ(plan({.threads = 3, .memory = Bytes{2127}}, job, "").threads, 1);
  EXPECT_EQ(plan({.threads = 3, .memory = Bytes{2128}}, job, "").threads, 2);
  EXPECT_EQ(plan({.threads = 3, .memory = Bytes{1'000'000}}, job, "").threads, 3);
  EXPECT_THROW(plan({.threads = 3, .memory = Bytes{1063}}, job, ""), UsageError);
}

}  // namespace
}  // namespace rankwise::engine
