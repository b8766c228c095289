#include "rankwise/learning/scores.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rankwise::learning {
namespace {

using Numbers = std::vector<std::uint32_t>;

double score_of(Scoring scoring, const Numbers& truths, const Numbers& predicted, std::uint32_t classes) {
  return score(scoring, truths, {.classes = predicted}, classes);
}

TEST(Scores, accuracy_is_the_share_that_is_right) {
  EXPECT_EQ(score_of(Scoring::accuracy, Numbers{0, 1, 2, 2}, Numbers{0, 1, 1, 2}, 3), 0.75);
}

TEST(Scores, f1_is_the_mean_over_classes_that_are_there_or_predicted) {
  // 1, 2/3, 2/3
  EXPECT_DOUBLE_EQ(score_of(Scoring::f1, Numbers{0, 1, 2, 2}, Numbers{0, 1, 1, 2}, 3), 7.0 / 9);
  EXPECT_DOUBLE_EQ(score_of(Scoring::f1, Numbers{0, 1, 2, 2}, Numbers{0, 1, 1, 2}, 9), 7.0 / 9);
  EXPECT_EQ(score_of(Scoring::f1, Numbers{0, 0}, Numbers{1, 1}, 2), 0);
}

TEST(Scores, roc_auc_of_two_classes_is_the_share_of_pairs_in_order) {
  const auto of = [](const std::vector<double>& scores) {
    std::vector<double> both;
    for (const double score : scores) both.insert(both.end(), {-score, score});
    return score(Scoring::roc_auc, Numbers{0, 1, 0, 1}, {.scores = both}, 2);
  };
  EXPECT_EQ(of({1, 2, 3, 4}), 0.75);
  EXPECT_EQ(of({1, 3, 2, 4}), 1);
  EXPECT_EQ(of({1, 1, 1, 1}), 0.5);
  EXPECT_EQ(of({2, 2, 1, 0}), 0.375);
}

TEST(Scores, roc_auc_of_several_classes_is_the_mean_of_each_against_the_others) {
  const std::vector<double> scores{.7, .2, .1, .1, .8, .1, .3, .4, .3, .2, .2, .6};
  // 1, 1, and of the third class: (0.3 and 0.6) against (0.1 and 0.1)
  EXPECT_EQ(score(Scoring::roc_auc, Numbers{0, 1, 2, 2}, {.scores = scores}, 3), 1);
  EXPECT_DOUBLE_EQ(score(Scoring::roc_auc, Numbers{0, 2, 1, 2}, {.scores = scores}, 3), (1 + 2.0 / 3 + 0.625) / 3);
}

}  // namespace
}  // namespace rankwise::learning
