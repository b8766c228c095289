#include "rankwise/base/bytes.hpp"

#include <gtest/gtest.h>

#include "rankwise/base/errors.hpp"

namespace rankwise {
namespace {

TEST(Bytes, sizes_are_read_as_gnu_tools_read_them) {
  EXPECT_EQ(parse_bytes("4096", "x").value, 4096U);
  EXPECT_EQ(parse_bytes("10B", "x").value, 10U);
  EXPECT_EQ(parse_bytes("64k", "x").value, 64U << 10);
  EXPECT_EQ(parse_bytes("64K", "x").value, 64U << 10);
  EXPECT_EQ(parse_bytes("64M", "x").value, 64U << 20);
  EXPECT_EQ(parse_bytes("64MiB", "x").value, 64U << 20);
  EXPECT_EQ(parse_bytes("64MB", "x").value, 64000000U);
  EXPECT_EQ(parse_bytes("2G", "x").value, std::uint64_t{2} << 30);
  EXPECT_EQ(parse_bytes("3T", "x").value, std::uint64_t{3} << 40);
}

TEST(Bytes, what_is_no_size_is_refused) {
  for (const char* text : {"", "M", "-1", "1.5G", "64X", "64MX", "99999999999999999999", "99999999P", " 1"}) {
    EXPECT_THROW(parse_bytes(text, "--memory"), UsageError) << text;
  }
}

TEST(Bytes, are_printed_with_three_digits) {
  EXPECT_EQ(format_bytes({0}), "0 B");
  EXPECT_EQ(format_bytes({999}), "999 B");
  EXPECT_EQ(format_bytes({1000}), "1.00 kB");
  EXPECT_EQ(format_bytes({2400000000}), "2.40 GB");
  EXPECT_EQ(format_bytes({99940}), "99.9 kB");
  EXPECT_EQ(format_bytes({999600}), "1.00 MB");
  EXPECT_EQ(format_bytes({UINT64_MAX}), "18.4 EB");
}

}  // namespace
}  // namespace rankwise
