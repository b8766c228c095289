#include "rankwise/engine/watchdog.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/session.hpp"
#include "tests/support/spelling.hpp"

namespace rankwise::engine {
namespace {

using std::chrono::milliseconds;

/// Rank 0 watches; the others get its orders, and the tests say what rank 0 has heard of them.
class WatchdogTest : public testing::Test {
 protected:
  void watch(milliseconds patience, milliseconds silence) {
    context_.emplace(test::session(), Context::Options{.watchdog = {.patience = patience, .silence = silence}});
    watchdog_.emplace(*context_, hands_);
  }
  Watchdog& watchdog() { return *watchdog_; }
  void hear_from_all(const std::string& whereabouts = "") {
    for (int rank = 0; rank < size(); ++rank) watchdog().hear(rank, whereabouts);
  }
  /// Time in which rank 0 looks, as it does in a phase.
  void pass(milliseconds time) {
    for (WakingClock clock; clock.now() <= time; clock.look()) {
      std::this_thread::sleep_for(milliseconds(5));
      watchdog().look();
    }
  }
  /// Rank 0 asks all where they are. @return the orders that this rank has got up to that one
  std::vector<Order::Kind> orders_until_asked() {
    std::vector<Order::Kind> orders;
    if (is_root()) {
      watchdog().ask();
      context_->messenger().wait_for_sends();
      return orders;
    }
    while (true) {
      const auto message = context_->messenger().wait_for(0, order_subject);
      orders.push_back(Order::decode(ByteReader(message.bytes)).kind);
      if (orders.back() == Order::Kind::tell_where) return orders;
    }
  }
  static bool is_root() { return test::session().ranks().is_root(); }
  static int size() { return test::session().ranks().size(); }

  test::Spelling spelling_{.cut = {1, 1}};
  ErasedJob<test::Spelling> job_{spelling_};
  Hands hands_{job_, blocks::cut_into_spans(spelling_.cut, {64}), 1};
  std::optional<Context> context_;
  std::optional<Watchdog> watchdog_;
};

TEST_F(WatchdogTest, that_is_off_is_never_alarmed) {
  watch(milliseconds(0), milliseconds(0));
  pass(milliseconds(20));
  EXPECT_FALSE(watchdog().is_on());
  EXPECT_FALSE(watchdog().is_alarmed());
  EXPECT_FALSE(watchdog().is_end_late());
}

TEST_F(WatchdogTest, is_alarmed_when_no_block_is_done) {
  watch(milliseconds(200), milliseconds(60'000));
  EXPECT_FALSE(watchdog().is_alarmed());
  pass(milliseconds(200));
  hear_from_all();  // that they live is not enough
  EXPECT_TRUE(watchdog().is_alarmed());
  watchdog().note_progress();
  EXPECT_FALSE(watchdog().is_alarmed());
}

TEST_F(WatchdogTest, does_not_count_the_time_in_which_the_job_is_suspended) {
  watch(milliseconds(300), milliseconds(60'000));
  std::this_thread::sleep_for(milliseconds(400));  // as far as it can see
  watchdog().look();
  EXPECT_FALSE(watchdog().is_alarmed());
  pass(milliseconds(300));
  EXPECT_TRUE(watchdog().is_alarmed());
}

TEST_F(WatchdogTest, is_alarmed_when_one_rank_is_silent) {
  watch(milliseconds(0), milliseconds(200));
  if (is_root()) {
    pass(milliseconds(200));
    watchdog().note_progress();  // that the others do their work is not enough
    for (int rank = 0; rank + 1 < size(); ++rank) watchdog().hear(rank, "");
    EXPECT_TRUE(watchdog().is_alarmed());
    hear_from_all();
    EXPECT_FALSE(watchdog().is_alarmed());
  }
  orders_until_asked();
}

TEST_F(WatchdogTest, greets_four_times_before_silence_is_too_long) {
  watch(milliseconds(0), milliseconds(400));
  if (is_root()) pass(milliseconds(100));
  const auto orders = orders_until_asked();
  if (!is_root()) {
    EXPECT_EQ(orders, (std::vector{Order::Kind::alive, Order::Kind::tell_where}));
  }
}

TEST_F(WatchdogTest, tells_where_those_are_that_have_work) {
  watch(milliseconds(1), milliseconds(60'000));
  orders_until_asked();
  if (!is_root()) return;
  EXPECT_EQ(watchdog().has_heard_enough(), size() == 1);
  for (int rank = 1; rank < size(); ++rank) watchdog().hear(rank, "rank " + std::to_string(rank) + " on n has no work");
  EXPECT_TRUE(watchdog().has_heard_enough());
  EXPECT_TRUE(watchdog().finding().ends_with(": no rank has work")) << watchdog().finding();
  if (size() == 1) return;
  watchdog().hear(1, "rank 1 on n is at lane 0 step 5 for 7.0 s");
  EXPECT_TRUE(watchdog().finding().starts_with("no block has been done for ")) << watchdog().finding();
  EXPECT_TRUE(watchdog().finding().ends_with(" s: rank 1 on n is at lane 0 step 5 for 7.0 s")) << watchdog().finding();
}

TEST_F(WatchdogTest, tells_who_does_not_answer_before_anything_else) {
  watch(milliseconds(1), milliseconds(60'000));
  if (size() < 3) return;
  orders_until_asked();
  if (!is_root()) return;
  for (int rank = 1; rank < size(); ++rank) {
    if (rank != 2) watchdog().hear(rank, "rank " + std::to_string(rank) + " on n is at lane 0 step 5 for 7.0 s");
  }
  EXPECT_FALSE(watchdog().has_heard_enough());
  EXPECT_TRUE(watchdog().finding().starts_with("rank 2 does not answer (asked for ")) << watchdog().finding();
}

TEST_F(WatchdogTest, tells_who_does_not_come_to_the_end) {
  watch(milliseconds(200), milliseconds(60'000));
  for (int rank = 1; rank < size(); ++rank) {
    if (rank != 2) watchdog().note_farewell(rank);
  }
  EXPECT_FALSE(watchdog().is_end_late());
  pass(milliseconds(200));
  EXPECT_TRUE(watchdog().is_end_late());
  const std::string late = watchdog().who_is_late();
  const std::string begin = std::to_string(size() < 3 ? 1 : 2) + " of " + std::to_string(size()) + " ranks do not come";
  EXPECT_TRUE(late.starts_with(begin)) << late;  // the hands of this rank are at work, too
  EXPECT_TRUE(late.ends_with(size() < 3 ? ": 0" : ": 0, 2")) << late;
}

}  // namespace
}  // namespace rankwise::engine
