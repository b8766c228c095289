#include "rankwise/engine/ledger.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "rankwise/blocks/homecoming.hpp"

namespace rankwise::engine {
namespace {

/// Each span is one block.
blocks::SpanCut cut(std::uint64_t steps, std::uint64_t lanes = 1) {
  return {.grid = {.lanes = steps == 0 ? 0 : lanes, .steps = steps}};
}

TEST(Ledger, hands_out_every_span_once_whoever_asks) {
  std::mt19937 random(1);
  for (int ranks = 1; ranks <= 64; ++ranks) {
    for (const std::uint64_t spans : {0U, 1U, 2U, 3U, 10U, 63U, 64U, 65U, 1000U}) {
      Ledger ledger(cut(spans), ranks);
      std::vector<int> count(spans);
      const auto take = [&](blocks::Range range) {
        for (std::uint64_t s = range.begin; s < range.end; ++s) ++count[s];
        ledger.set_done(range);
      };
      const auto shares = ledger.first_shares();
      ASSERT_EQ(shares.size(), static_cast<std::size_t>(ranks));
      for (const auto share : shares) take(share);
      while (const auto more = ledger.next(static_cast<int>(random() % static_cast<unsigned>(ranks)))) {
        ASSERT_FALSE(more->empty());
        take(*more);
      }
      EXPECT_TRUE(ledger.all_done());
      for (const int times : count) ASSERT_EQ(times, 1);
      for (const int owner : ledger.owners()) ASSERT_TRUE(owner >= 0 && owner < ranks);
    }
  }
}

TEST(Ledger, nobody_starts_without_work_where_there_is_enough) {
  for (int ranks = 1; ranks <= 64; ++ranks) {
    Ledger ledger(cut(64), ranks);
    for (const auto share : ledger.first_shares()) EXPECT_FALSE(share.empty());
  }
}

TEST(Ledger, runs_get_shorter_towards_the_end) {
  Ledger ledger(cut(1000), 4);
  ledger.first_shares();
  std::uint64_t before = 1000;
  while (const auto more = ledger.next(0)) {
    EXPECT_LE(more->size(), before);
    before = more->size();
  }
  EXPECT_EQ(before, 1U);
}

TEST(Ledger, no_run_is_too_short_to_be_worth_a_message) {
  Ledger ledger(cut(16384), 4);
  while (const auto more = ledger.next(0)) EXPECT_GE(more->size(), 16384U / (256 * 4));
}

TEST(Ledger, runs_are_whole_subtrees_or_whole_lanes) {
  for (const std::uint64_t steps : {1U, 3U, 64U, 469U, 1000U}) {
    for (const std::uint64_t lanes : {1U, 2U, 7U, 500U}) {
      for (const int ranks : {1, 2, 3, 7, 64}) {
        Ledger ledger(cut(steps, lanes), ranks);
        while (const auto run = ledger.next(0)) {
          const std::uint64_t begin = run->begin % steps, end = (run->end - 1) % steps + 1;
          if (begin == 0 && end == steps) continue;
          ASSERT_EQ(run->begin / steps, (run->end - 1) / steps) << "beyond the end of a lane";
          const std::uint64_t size = std::bit_ceil(run->size());
          EXPECT_EQ(begin % size, 0U) << "not where a subtree begins";
          EXPECT_TRUE(run->size() == size || end == steps) << "half a subtree";
        }
        EXPECT_EQ(ledger.owners().size(), steps * lanes);
      }
    }
  }
}

TEST(Ledger, ranks_send_few_partial_results_home) {
  std::mt19937 random(2);
  const blocks::SpanCut long_lane = cut(16384);
  constexpr int ranks = 64;
  Ledger ledger(long_lane, ranks);
  std::uint64_t runs = ledger.first_shares().size();
  while (ledger.next(static_cast<int>(random() % ranks))) ++runs;
  std::size_t transfers = 0;
  for (const auto& level : blocks::plan_homecoming(long_lane, ledger.owners())) transfers += level.size();
  EXPECT_LE(transfers, runs);
}

TEST(Ledger, is_not_done_before_the_last_report) {
  Ledger ledger(cut(3), 1);
  ledger.first_shares();
  while (ledger.next(0)) continue;
  EXPECT_FALSE(ledger.all_done());
  ledger.set_done({0, 2});
  EXPECT_FALSE(ledger.all_done());
  ledger.set_done({2, 3});
  EXPECT_TRUE(ledger.all_done());
  EXPECT_EQ(ledger.done(), 3U);
}

TEST(Ledger, hands_spans_out_in_another_order) {
  Ledger ledger(cut(7), 2);
  ledger.set_order({6, 0, 5, 1, 4, 2, 3});
  ledger.restrict_to({1, 7});
  ledger.set_restored({4, 6});
  std::vector<std::uint64_t> handed_out;
  for (int rank = 0; const auto spans = ledger.next(rank); rank = 1 - rank) {
    EXPECT_EQ(spans->size(), 1U);
    EXPECT_EQ(ledger.owners()[spans->begin], rank);
    handed_out.push_back(spans->begin);
    ledger.set_done(*spans);
  }
  EXPECT_EQ(handed_out, (std::vector<std::uint64_t>{6, 1, 2, 3}));
  EXPECT_TRUE(ledger.all_done());
}

}  // namespace
}  // namespace rankwise::engine
