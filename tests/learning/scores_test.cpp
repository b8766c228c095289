#include "rankwise/learning/scores.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rankwise::learning {
namespace {

using Numbers = std::vector<std::uint32_t>;

TEST(Scores, accuracy_is_the_share_that_is_right) {
  EXPECT_EQ(score(Scoring::accuracy, Numbers{0, 1, 2, 2}, Numbers{0, 1, 1, 2}, 3), 0.75);
}

TEST(Scores, f1_is_the_mean_over_classes_that_are_there_or_predicted) {
  // 1, 2/3, 2/3
  EXPECT_DOUBLE_EQ(score(Scoring::f1, Numbers{0, 1, 2, 2}, Numbers{0, 1, 1, 2}, 3), 7.0 / 9);
  EXPECT_DOUBLE_EQ(score(Scoring::f1, Numbers{0, 1, 2, 2}, Numbers{0, 1, 1, 2}, 9), 7.0 / 9);
  EXPECT_EQ(score(Scoring::f1, Numbers{0, 0}, Numbers{1, 1}, 2), 0);
}

}  // namespace
}  // namespace rankwise::learning
