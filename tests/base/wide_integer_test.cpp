#include "rankwise/base/wide_integer.hpp"

#include <gtest/gtest.h>

namespace rankwise {
namespace {

TEST(WideInteger, is_printed_exactly) {
  EXPECT_EQ(to_string(WideInteger{0}), "0");
  EXPECT_EQ(to_string(WideInteger{-7}), "-7");
  EXPECT_EQ(to_string(WideInteger{UINT64_MAX} * 10), "184467440737095516150");
  EXPECT_EQ(to_string(WideInteger{INT64_MIN} * 4), "-36893488147419103232");
  const WideInteger least = WideInteger{1} << 127;  // the one that has no positive twin
  EXPECT_EQ(to_string(least), "-170141183460469231731687303715884105728");
}

TEST(WideInteger, knows_what_fits) {
  EXPECT_TRUE(fits_int64(INT64_MIN));
  EXPECT_FALSE(fits_int64(WideInteger{INT64_MAX} + 1));
  EXPECT_TRUE(fits_uint64(WideInteger{UINT64_MAX}));
  EXPECT_FALSE(fits_uint64(-1));
}

}  // namespace
}  // namespace rankwise
