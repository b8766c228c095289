#include "rankwise/report/table.hpp"

#include <gtest/gtest.h>

namespace rankwise::report {
namespace {

TEST(Table, numbers_stand_to_the_right_under_their_heading) {
  Table table({"column", "mean"});
  table.add({"0", "1.5"});
  table.add({"temperature", "-12.25"});
  EXPECT_EQ(table.text(80),
            "column         mean\n"
            "0               1.5\n"
            "temperature  -12.25\n");
}

TEST(Table, long_names_are_cut_to_fit) {
  Table table({"column", "mean"});
  table.add({std::string(200, 'x'), "1"});
  const std::string text = table.text(40);
  EXPECT_NE(text.find("…"), std::string::npos);
  EXPECT_LE(text.find('\n', text.find('\n') + 1) - text.find('\n'), 44U);
}

TEST(Table, remarks_run_across) {
  Table table({"column", "a", "b"});
  table.add({"0", "1", "2"});
  table.add_remark("...", "9996 more");
  EXPECT_EQ(table.text(80), "column  a  b\n0       1  2\n...     9996 more\n");
}

}  // namespace
}  // namespace rankwise::report
