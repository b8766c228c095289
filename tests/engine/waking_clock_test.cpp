#include "rankwise/engine/waking_clock.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace rankwise::engine {
namespace {

using std::chrono::milliseconds;

TEST(WakingClock, goes_on_with_looks_alone) {
  WakingClock clock;
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(clock.now(), WakingClock::Duration(0));
  clock.look();
  EXPECT_GE(clock.now(), milliseconds(20));
}

TEST(WakingClock, counts_little_of_a_time_without_looks) {
  WakingClock clock;
  std::this_thread::sleep_for(2 * WakingClock::longest_step);
  clock.look();
  EXPECT_EQ(clock.now(), WakingClock::longest_step);
}

}  // namespace
}  // namespace rankwise::engine
