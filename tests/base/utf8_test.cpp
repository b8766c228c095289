#include "rankwise/base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rankwise {
namespace {

TEST(Utf8, characters_of_every_length_come_back) {
  const std::u32string all{1, 0x7f, 0x80, 0x7ff, 0x800, 0xfffd, 0xffff, 0x10000, 0x10ffff};
  EXPECT_EQ(utf8(all).size(), 1U + 1 + 2 + 2 + 3 + 3 + 3 + 4 + 4);
  EXPECT_EQ(characters(utf8(all)), all);
  EXPECT_EQ(valid_utf8("Zürich, \u20ac"), "Zürich, \u20ac");
  EXPECT_EQ(valid_utf8(""), "");
}

TEST(Utf8, what_is_none_is_replaced) {
  EXPECT_EQ(valid_utf8("Z\xfcrich"), "Z\ufffdrich");                       // Latin-1
  EXPECT_EQ(characters("\xe2\x82"), U"\ufffd");                            // cut short
  EXPECT_EQ(characters("\xc0\xaf"), U"\ufffd\ufffd");                      // longer than needed
  EXPECT_EQ(characters("\xed\xa0\x80"), U"\ufffd\ufffd\ufffd");            // a surrogate
  EXPECT_EQ(characters("\xf4\x90\x80\x80"), U"\ufffd\ufffd\ufffd\ufffd");  // beyond U+10FFFF
  EXPECT_EQ(characters(std::string_view("a\0b", 3)), U"a\ufffdb");
}

}  // namespace
}  // namespace rankwise
