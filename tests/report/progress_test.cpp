#include "rankwise/report/progress.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace rankwise::report {
namespace {

TEST(Progress, a_line_says_share_rate_and_time_left) {
  const ProgressDisplay display({.command = "columns", .mode = ProgressMode::lines, .amount = 2.4e9, .unit = "B"});
  EXPECT_EQ(display.line(63, 100, 0.5), "columns  63 %  1.51 G of 2.40 GB  3.02 GB/s  1.000 s left");
  EXPECT_EQ(display.line(0, 100, 0.0), "columns  0 %  0.00  of 2.40 GB  0.00 B/s  no block done yet");
}

TEST(Progress, blocks_of_a_part_are_counted_into_the_whole) {
  ProgressDisplay display({.command = "pi", .mode = ProgressMode::lines, .amount = 8, .unit = "samples"});
  display.begin_part({.begin = 0, .end = 0.25});
  display.show(0, 2);
  display.begin_part({.begin = 0.25, .end = 0.75});
  display.show(0, 2);
  EXPECT_EQ(display.line(1, 2, 1.0), "pi  50 %  4.00  of 8.00 samples  4.00 samples/s  1.000 s left");
}

TEST(Progress, what_an_earlier_run_did_counts_for_the_share_and_not_for_the_rate) {
  ProgressDisplay display({.command = "pi", .mode = ProgressMode::lines, .amount = 8, .unit = "samples"});
  display.begin_part({.begin = 0, .end = 0.25});  // never shown: a phase that was finished
  display.begin_part({.begin = 0.25, .end = 0.75});
  display.show(1, 4);
  EXPECT_EQ(display.line(2, 4, 1.0), "pi  50 %  4.00  of 8.00 samples  1.00 samples/s  4.000 s left");
  EXPECT_EQ(display.line(1, 4, 1.0), "pi  37 %  3.00  of 8.00 samples  0.00 samples/s  no block done yet");
}

TEST(Progress, a_bar_has_twenty_cells) {
  const ProgressDisplay display({.command = "pi", .mode = ProgressMode::bar, .amount = 1e10, .unit = "samples"});
  const std::string line = display.line(1, 2, 1);
  EXPECT_NE(line.find("██████████          "), std::string::npos) << line;
}

TEST(Progress, json_is_one_object) {
  const ProgressDisplay display({.command = "pi", .mode = ProgressMode::json});
  EXPECT_EQ(display.json(1, 4, 2), R"({"command": "pi", "blocks_done": 1, "blocks": 4, "seconds": 2.000})");
}

TEST(Progress, what_is_done_in_a_moment_shows_nothing) {
  testing::internal::CaptureStderr();
  {
    ProgressDisplay display({.command = "pi", .mode = ProgressMode::bar, .amount = 1});
    display.show(1, 2);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Progress, remarks_stand_below_the_bar_and_are_gone_when_all_is_done) {
  testing::internal::CaptureStderr();
  ProgressDisplay display({.command = "search", .mode = ProgressMode::bar, .amount = 4});
  display.set_remarks([] { return std::vector<std::string>{"first", "second"}; }, [] { return R"("best": [])"; });
  std::this_thread::sleep_for(std::chrono::milliseconds(550));
  display.show(1, 2);
  display.show(2, 2);
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("\n\r\033[Kfirst\n\r\033[Ksecond\033[2A\r"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("\r\033[K\n\r\033[K\n\r\033[K\033[2A\r")) << text;
  EXPECT_EQ(display.json(1, 2, 1),
            R"({"command": "search", "blocks_done": 1, "blocks": 2, "seconds": 1.000, "best": []})");
}

}  // namespace
}  // namespace rankwise::report
