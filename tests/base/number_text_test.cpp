#include "rankwise/base/number_text.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace rankwise {
namespace {

template <class Number>
std::string shown(Number value) {
  std::string text = "e.n";  // what stands before is not looked at
  append_number(text, value);
  return text.substr(3);
}

TEST(NumberText, real_numbers_look_like_it) {
  EXPECT_EQ(shown(3.0), "3.0");
  EXPECT_EQ(shown(-0.0), "-0.0");
  EXPECT_EQ(shown(0.1), "0.1");
  EXPECT_EQ(shown(1e300), "1e+300");
  EXPECT_EQ(shown(0.1F), "0.1");
  EXPECT_EQ(shown(16777216.0F), "16777216.0");
}

TEST(NumberText, nan_has_no_sign_and_infinity_has) {
  EXPECT_EQ(shown(-std::numeric_limits<double>::quiet_NaN()), "nan");
  EXPECT_EQ(shown(-std::numeric_limits<float>::infinity()), "-inf");
}

TEST(NumberText, integers_are_numbers_even_of_one_byte) {
  EXPECT_EQ(shown(std::int8_t{-65}), "-65");
  EXPECT_EQ(shown(std::uint64_t{UINT64_MAX}), "18446744073709551615");
}

}  // namespace
}  // namespace rankwise
