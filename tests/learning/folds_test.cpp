#include "rankwise/learning/folds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "rankwise/base/errors.hpp"

namespace rankwise::learning {
namespace {

/// Of the classes 0, 1, ...
Target target_of(const std::vector<std::uint32_t>& classes) {
  return {"t", std::vector<double>(classes.begin(), classes.end())};
}

using Numbers = std::vector<std::uint32_t>;

TEST(Folds, are_those_of_scikit_learn) {
  // StratifiedKFold(3).split(...) of scikit-learn 1.2: the test fold of each sample.
  EXPECT_EQ(stratified_folds(target_of(Numbers{1, 0, 0, 1, 1, 0, 2, 2, 1, 0, 2}), 3, {}),
            (Numbers{0, 0, 1, 0, 1, 1, 0, 1, 2, 2, 2}));
  EXPECT_EQ(stratified_folds(target_of(Numbers{0, 0, 0, 0, 1, 1, 1}), 2, {}), (Numbers{0, 0, 1, 1, 0, 0, 1}));
}

TEST(Folds, have_about_as_many_of_each_class_also_shuffled) {
  Numbers classes;
  for (std::uint32_t i = 0; i < 1001; ++i) classes.push_back(i * i % 7 % 4);
  for (const std::optional<std::uint64_t> shuffle : {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(3)}) {
    const auto folds = stratified_folds(target_of(classes), 6, shuffle);
    for (std::uint32_t c = 0; c < 4; ++c) {
      Numbers members(6);
      for (std::size_t i = 0; i < classes.size(); ++i) members[folds[i]] += classes[i] == c ? 1 : 0;
      EXPECT_LE(*std::max_element(members.begin(), members.end()) - *std::min_element(members.begin(), members.end()),
                1U);
    }
  }
  EXPECT_NE(stratified_folds(target_of(classes), 6, 3), stratified_folds(target_of(classes), 6, 4));
  EXPECT_EQ(stratified_folds(target_of(classes), 6, 3), stratified_folds(target_of(classes), 6, 3));
}

TEST(Folds, need_as_many_of_each_class) {
  EXPECT_THROW((void)stratified_folds(target_of(Numbers{0, 0, 0, 1, 1}), 3, {}), InputError);
}

TEST(Folds, plain_ones_are_runs_of_samples) {
  EXPECT_EQ(plain_folds(7, 3, std::nullopt), (std::vector<std::uint32_t>{0, 0, 0, 1, 1, 2, 2}));
  const auto shuffled = plain_folds(100, 3, 5);
  EXPECT_EQ(std::count(shuffled.begin(), shuffled.end(), 0U), 34);
  EXPECT_EQ(std::count(shuffled.begin(), shuffled.end(), 2U), 33);
  EXPECT_FALSE(std::is_sorted(shuffled.begin(), shuffled.end()));
  EXPECT_EQ(plain_folds(100, 3, 5), shuffled);
  EXPECT_NE(plain_folds(100, 3, 6), shuffled);
  EXPECT_THROW(plain_folds(2, 3, std::nullopt), InputError);
}

}  // namespace
}  // namespace rankwise::learning
