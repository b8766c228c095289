#include "rankwise/farm/column_separator.hpp"

#include <gtest/gtest.h>

#include "rankwise/base/errors.hpp"

namespace rankwise::farm {
namespace {

using Columns = std::vector<std::string>;

TEST(ColumnSeparator, ATextBetweenColumns) {
  EXPECT_EQ(ColumnSeparator(",").split("a,b,,c"), (Columns{"a", "b", "", "c"}));
  EXPECT_EQ(ColumnSeparator("\\t").split("a\tb c"), (Columns{"a", "b c"}));
  EXPECT_EQ(ColumnSeparator("\\|").split("a|b"), (Columns{"a", "b"}));
  EXPECT_EQ(ColumnSeparator("--").split("a--b-c"), (Columns{"a", "b-c"}));
  EXPECT_EQ(ColumnSeparator(",").split(""), (Columns{""}));
  EXPECT_EQ(ColumnSeparator(",").split("a,"), (Columns{"a", ""}));
}

TEST(ColumnSeparator, ARegularExpression) {
  EXPECT_EQ(ColumnSeparator(" +").split("a  b c"), (Columns{"a", "b", "c"}));
  EXPECT_EQ(ColumnSeparator("[:|]").split("a:b|c"), (Columns{"a", "b", "c"}));
  EXPECT_EQ(ColumnSeparator("\\s*;\\s*").split("a ; b;c"), (Columns{"a", "b", "c"}));
  EXPECT_EQ(ColumnSeparator("x*").split("ab"), (Columns{"ab"}));  // one that matches nothing separates nothing
  EXPECT_EQ(ColumnSeparator(",*").split("a,,b"), (Columns{"a", "b"}));
  EXPECT_EQ(ColumnSeparator("^a").split("aab"), (Columns{"", "ab"}));
  EXPECT_EQ(ColumnSeparator("[;\\t]").split("a\tb;c"), (Columns{"a", "b", "c"}));
  EXPECT_THROW(ColumnSeparator("("), UsageError);
  const std::string blanks(5'000'000, ' ');
  EXPECT_EQ(ColumnSeparator(" +").split("a" + blanks + "b"), (Columns{"a", "b"}));
}

}  // namespace
}  // namespace rankwise::farm
