#include "rankwise/learning/cross_validation.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/learning/table.hpp"

namespace rankwise::learning {
namespace {

using test::context;
using test::Table;

TEST(CrossValidation, has_one_score_for_each_candidate_and_fold) {
  const Table table(120);
  const engine::Context here = context();
  const engine::SharedMatrix matrix(here, table.path(), engine::Deliver::automatic);
  const Dataset data(here, matrix, "kind");
  const auto scores = cross_validate(here, data, {.count = 2}, {.folds = 7, .shuffle = 1});
  if (!rankwise::test::session().ranks().is_root()) return;
  ASSERT_EQ(scores.size(), 14U);
  EXPECT_TRUE(std::equal(scores.begin(), scores.begin() + 7, scores.begin() + 7));  // two candidates alike
  for (const double score : scores) {
    EXPECT_GE(score, 0);
    EXPECT_LE(score, 1);
  }
}

}  // namespace
}  // namespace rankwise::learning
