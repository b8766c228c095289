#include "rankwise/engine/ledger.hpp"

#include <gtest/gtest.h>

#include <random>

namespace rankwise::engine {
namespace {

TEST(Ledger, hands_out_every_span_once_whoever_asks) {
  std::mt19937 random(1);
  for (int ranks = 1; ranks <= 64; ++ranks) {
    for (const std::uint64_t spans : {0U, 1U, 2U, 3U, 10U, 63U, 64U, 65U, 1000U}) {
      Ledger ledger(spans, ranks);
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
    Ledger ledger(64, ranks);
    for (const auto share : ledger.first_shares()) EXPECT_FALSE(share.empty());
  }
}

TEST(Ledger, runs_get_shorter_towards_the_end) {
  Ledger ledger(1000, 4);
  ledger.first_shares();
  std::uint64_t before = 1000;
  while (const auto more = ledger.next(0)) {
    EXPECT_LE(more->size(), before);
    before = more->size();
  }
  EXPECT_EQ(before, 1U);
}

TEST(Ledger, is_not_done_before_the_last_report) {
  Ledger ledger(3, 1);
  ledger.first_shares();
  while (ledger.next(0)) continue;
  EXPECT_FALSE(ledger.all_done());
  ledger.set_done({0, 2});
  EXPECT_FALSE(ledger.all_done());
  ledger.set_done({2, 3});
  EXPECT_TRUE(ledger.all_done());
  EXPECT_EQ(ledger.done(), 3U);
}

}  // namespace
}  // namespace rankwise::engine
