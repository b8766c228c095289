#include "rankwise/base/duration.hpp"

#include <gtest/gtest.h>

#include <string>

#include "rankwise/base/errors.hpp"

namespace rankwise {
namespace {

using namespace std::chrono_literals;

TEST(Duration, units_are_those_that_people_write) {
  EXPECT_EQ(parse_duration("90", "--max-time"), 90s);
  EXPECT_EQ(parse_duration("90s", "--max-time"), 90s);
  EXPECT_EQ(parse_duration("0.5", "--max-time"), 500ms);
  EXPECT_EQ(parse_duration("10m", "--max-time"), 10min);
  EXPECT_EQ(parse_duration("2h", "--max-time"), 2h);
  EXPECT_EQ(parse_duration("1.5d", "--max-time"), 36h);
  EXPECT_EQ(parse_duration("1h30m", "--max-time"), 90min);
  EXPECT_EQ(parse_duration("1d2h3m4.5s", "--max-time"), 26h + 3min + 4500ms);
}

TEST(Duration, slurm_writes_clocks) {
  EXPECT_EQ(parse_duration("2:30:00", "--max-time"), 150min);
  EXPECT_EQ(parse_duration("00:00:07", "--max-time"), 7s);
  EXPECT_EQ(parse_duration("1-12:00:00", "--max-time"), 36h);
}

TEST(Duration, whatever_else_is_refused_with_the_option) {
  for (const char* text : {"",        "s",   "h2",    "10x",     "10ms",   "1h30",         "30m1h",     "1m1m", "-5",
                           "-1h",     "0",   "0s",    "0:00:00", "nan",    "inf",          "1e99",      "1e3d", "5:00",
                           "1:2:3:4", "1-2", "1-2:3", "1:2:3x",  "1h 30m", "99999999999d", "9999999999"}) {
    try {
      parse_duration(text, "--max-time");
      ADD_FAILURE() << text;
    } catch (const UsageError& error) {
      EXPECT_NE(std::string(error.what()).find("--max-time"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace rankwise
