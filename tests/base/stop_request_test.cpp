#include "rankwise/base/stop_request.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "rankwise/base/errors.hpp"

namespace rankwise {
namespace {

TEST(StopRequest, a_signal_is_noted_and_can_be_forgotten) {
  forget_stop_request();
  watch_for_stop_signals();
  EXPECT_EQ(stop_signal(), 0);
  std::raise(SIGTERM);
  EXPECT_EQ(stop_signal(), SIGTERM);
  EXPECT_THROW(heed_stop_request(), Stopped);
  forget_stop_request();
  EXPECT_EQ(stop_signal(), 0);
  EXPECT_NO_THROW(heed_stop_request());
}

TEST(StopRequestDeathTest, the_second_signal_of_a_kind_ends_the_program) {
  forget_stop_request();
  EXPECT_EXIT(
      {
        watch_for_stop_signals();
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace rankwise
