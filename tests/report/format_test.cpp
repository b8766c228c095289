#include "rankwise/report/format.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace rankwise::report {
namespace {

TEST(Format, numbers_in_tables_have_six_digits) {
  EXPECT_EQ(short_number(0.49929912), "0.499299");
  EXPECT_EQ(short_number(-0.0), "-0");
  EXPECT_EQ(short_number(1e300), "1e+300");
  EXPECT_EQ(short_number(std::nan("")), "nan");
  EXPECT_EQ(short_number(-std::numeric_limits<double>::infinity()), "-inf");
}

TEST(Format, powers_of_ten_are_said_as_such) {
  EXPECT_EQ(count_in_words(0), "0");
  EXPECT_EQ(count_in_words(100000), "100000");
  EXPECT_EQ(count_in_words(1000000), "10^6");
  EXPECT_EQ(count_in_words(10000000000), "10^10");
  EXPECT_EQ(count_in_words(25000000000), "25 · 10^9");
  EXPECT_EQ(count_in_words(10000000007), "10000000007");
}

TEST(Format, prefixes) {
  EXPECT_EQ(with_prefix(0), "0.00 ");
  EXPECT_EQ(with_prefix(1.95e9), "1.95 G");
  EXPECT_EQ(with_prefix(999.6e6), "1.00 G");
}

TEST(Format, durations) {
  EXPECT_EQ(duration(0.0834), "0.083 s");
  EXPECT_EQ(duration(12.34), "12.3 s");
  EXPECT_EQ(duration(245), "4 min 5 s");
  EXPECT_EQ(duration(7400), "2 h 3 min");
}

TEST(Format, uncertainties_have_two_digits) {
  EXPECT_EQ(with_uncertainty(3.14159291, 1.6e-6), "3.1415929(16)");
  EXPECT_EQ(with_uncertainty(3.14, 0.0996), "3.14(10)");
  EXPECT_EQ(with_uncertainty(4, 0), "4");
  EXPECT_EQ(with_uncertainty(1000, 25), "1000 ± 25");
  EXPECT_EQ(with_uncertainty(4.9989e-156, 2.9e-159), "4.9989(29)e-156");
  EXPECT_EQ(with_uncertainty(0, 2e-20), "0.0(20)e-20");
}

TEST(Format, text_from_files_cannot_drive_the_terminal) {
  EXPECT_EQ(printable("a\033[31mb\n"), "a?[31mb?");
  EXPECT_EQ(printable("π"), "π");
  EXPECT_EQ(cells("π ×"), 3U);
}

TEST(Format, plurals) {
  EXPECT_EQ(plural(1, "rank"), "1 rank");
  EXPECT_EQ(plural(2, "rank"), "2 ranks");
}

}  // namespace
}  // namespace rankwise::report
