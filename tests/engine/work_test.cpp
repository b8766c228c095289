#include "rankwise/engine/work.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace rankwise::engine {
namespace {

const blocks::SpanCut cut = blocks::cut_into_spans({1, 10}, {8}, {.spans = 3, .partials = mebibytes(1)});  // 4, 4, 2

TEST(Work, a_rank_asks_when_its_last_block_starts) {
  Work work(cut);
  EXPECT_TRUE(work.take_news().wants_more) << "nothing in hand yet";
  work.add({0, 1});
  for (blocks::BlockIndex b = 0; b < 3; ++b) {
    EXPECT_EQ(work.next(0), b);
    EXPECT_FALSE(work.take_news().wants_more);
  }
  EXPECT_EQ(work.next(0), 3U);
  EXPECT_TRUE(work.take_news().wants_more);
  EXPECT_FALSE(work.take_news().wants_more) << "asks once";
}

TEST(Work, tells_what_comes_three_blocks_later) {
  Work work(cut);
  EXPECT_EQ(work.upcoming(), std::nullopt);
  work.add({0, 1});
  EXPECT_EQ(work.upcoming(), 3U);
  (void)work.next(0);
  EXPECT_EQ(work.upcoming(), std::nullopt) << "four blocks in hand, one of them taken";
  work.add({2, 3});
  EXPECT_EQ(work.upcoming(), 8U) << "beyond the gap";
}

TEST(Work, a_span_is_done_when_its_last_block_is) {
  Work work(cut);
  work.add({0, 3});
  for (int i = 0; i < 10; ++i) (void)work.next(0);
  for (const blocks::BlockIndex b : {8U, 9U, 0U, 1U, 2U}) work.set_done(b);
  News news = work.take_news();
  EXPECT_EQ(news.blocks_done, 5U);
  ASSERT_EQ(news.spans_done.size(), 1U);
  EXPECT_EQ(news.spans_done[0], (blocks::Range{2, 3}));
  for (const blocks::BlockIndex b : {3U, 4U, 5U, 6U, 7U}) work.set_done(b);
  news = work.take_news();
  ASSERT_EQ(news.spans_done.size(), 1U);
  EXPECT_EQ(news.spans_done[0], (blocks::Range{0, 2})) << "neighbours are told as one run";
}

TEST(Work, closing_sends_waiting_threads_home) {
  Work work(cut);
  std::thread waiting([&] { EXPECT_EQ(work.next(0), std::nullopt); });
  work.close();
  waiting.join();
  work.add({0, 1});
  EXPECT_EQ(work.next(0), std::nullopt) << "closed for good";
}

TEST(Work, the_first_failure_is_kept_and_closes) {
  Work work(cut);
  work.add({0, 3});
  work.set_failed(std::make_exception_ptr(std::runtime_error("first")));
  work.set_failed(std::make_exception_ptr(std::runtime_error("second")));
  EXPECT_EQ(work.next(0), std::nullopt);
  try {
    std::rethrow_exception(work.take_news().failure);
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "first");
  }
}

TEST(Work, waiting_for_news_ends_by_itself) {
  Work work(cut);
  work.take_news();
  work.wait_for_news(std::chrono::microseconds(100));
  work.set_team_gone();
  EXPECT_TRUE(work.team_is_gone());
}

}  // namespace
}  // namespace rankwise::engine
