#include "rankwise/base/parse_number.hpp"

#include <gtest/gtest.h>

#include "rankwise/base/errors.hpp"

namespace rankwise {
namespace {

TEST(ParseCount, reads_what_people_write_exactly) {
  EXPECT_EQ(parse_count("0", "n"), 0U);
  EXPECT_EQ(parse_count("10000000000", "n"), 10000000000U);
  EXPECT_EQ(parse_count("1e10", "n"), 10000000000U);
  EXPECT_EQ(parse_count("1E+3", "n"), 1000U);
  EXPECT_EQ(parse_count("2.5e9", "n"), 2500000000U);
  EXPECT_EQ(parse_count("10_000", "n"), 10000U);
  EXPECT_EQ(parse_count("3.0", "n"), 3U);
  EXPECT_EQ(parse_count("0.0e5", "n"), 0U);
  EXPECT_EQ(parse_count("18446744073709551615", "n"), UINT64_MAX);
  EXPECT_EQ(parse_count("1.8446744073709551615e19", "n"), UINT64_MAX);
}

TEST(ParseCount, refuses_what_is_no_count) {
  for (const char* text : {"", "-1", "1.5", "abc", "1e", "1e-3", "1e1000000000", "18446744073709551616", "1e20", "0x10",
                           "1 000", "nan", "inf", "1e9.5", "_1", "."}) {
    EXPECT_THROW(parse_count(text, "--samples"), UsageError) << text;
  }
}

TEST(ParseReal, reads_numbers_and_nothing_else) {
  EXPECT_EQ(parse_real("0.001", "e"), 0.001);
  EXPECT_EQ(parse_real("1e-3", "e"), 0.001);
  EXPECT_EQ(parse_real("-2", "e"), -2.0);
  for (const char* text : {"", "nan", "inf", "-inf", "1e", "1e400", "1 ", " 1", "1,5", "few", "0x1p3", "."}) {
    EXPECT_THROW(parse_real(text, "--until-error"), UsageError) << text;
  }
}

}  // namespace
}  // namespace rankwise
