#include "rankwise/base/nearest_word.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rankwise {
namespace {

const std::vector<std::string> words{"count", "nan", "sum", "mean", "columns"};

TEST(NearestWord, finds_what_was_meant) {
  EXPECT_EQ(nearest_word("maen", words), "mean");
  EXPECT_EQ(nearest_word("man", words), "nan");
  EXPECT_EQ(nearest_word("column", words), "columns");
  EXPECT_EQ(did_you_mean("colums", words), " (did you mean 'columns'?)");
}

TEST(NearestWord, does_not_guess_wildly) {
  EXPECT_EQ(nearest_word("skewness", words), std::nullopt);
  EXPECT_EQ(nearest_word("", words), std::nullopt);
  EXPECT_EQ(did_you_mean("skewness", words), "");
}

}  // namespace
}  // namespace rankwise
