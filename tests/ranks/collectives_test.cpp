#include "rankwise/ranks/collectives.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/session.hpp"

namespace rankwise::ranks {
namespace {

/// Runs each test with whole transfers and with transfers of a few bytes.
class Collectives : public testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override { set_transfer_cap({GetParam()}); }
  void TearDown() override { set_transfer_cap({std::uint64_t{1} << 30}); }
  const Communicator& ranks_ = test::session().ranks();
  const int rank_ = ranks_.rank();
  const std::size_t size_ = static_cast<std::size_t>(ranks_.size());
};
INSTANTIATE_TEST_SUITE_P(transfer_cap, Collectives, testing::Values(std::uint64_t{1} << 30, 5));

TEST_P(Collectives, scatter_hands_out_consecutive_parts_also_empty_ones) {
  std::vector<std::uint64_t> counts(size_);
  for (std::size_t r = 0; r < size_; ++r) counts[r] = r % 3 == 1 ? 0 : r + 2;
  std::vector<double> all(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  std::iota(all.begin(), all.end(), 0.5);
  for (int root = 0; root < ranks_.size(); ++root) {
    const bool is_root = rank_ == root;
    const auto mine = scatter(ranks_, std::span<const double>(is_root ? all : std::vector<double>{}),
                              std::span<const std::uint64_t>(counts), {.root = root});
    const auto before = std::accumulate(counts.begin(), counts.begin() + rank_, std::uint64_t{0});
    ASSERT_EQ(mine.size(), counts[static_cast<std::size_t>(rank_)]);
    for (std::size_t i = 0; i < mine.size(); ++i) EXPECT_EQ(mine[i], static_cast<double>(before + i) + 0.5);
  }
}

TEST_P(Collectives, gather_puts_parts_in_rank_order) {
  const std::vector<int> mine(static_cast<std::size_t>(rank_ % 3), rank_);
  std::vector<int> expected;
  for (int r = 0; r < ranks_.size(); ++r) expected.insert(expected.end(), static_cast<std::size_t>(r % 3), r);
  for (int root = 0; root < ranks_.size(); ++root) {
    const auto all = gather(ranks_, std::span<const int>(mine), {.root = root});
    EXPECT_EQ(all, rank_ == root ? expected : std::vector<int>{});
  }
  EXPECT_EQ(all_gather(ranks_, std::span<const int>(mine)), expected);
}

TEST_P(Collectives, exchange_brings_each_rank_what_others_have_for_it) {
  const auto count = [](std::size_t from, std::size_t to) { return (from * 3 + to * 2) % 5; };
  const auto me = static_cast<std::size_t>(rank_);
  std::vector<std::uint64_t> going(size_), coming(size_);
  std::vector<double> mine, expected;
  for (std::size_t r = 0; r < size_; ++r) {
    going[r] = count(me, r);
    coming[r] = count(r, me);
    for (std::size_t i = 0; i < going[r]; ++i) mine.push_back(static_cast<double>(100 * me + 10 * r + i));
    for (std::size_t i = 0; i < coming[r]; ++i) expected.push_back(static_cast<double>(100 * r + 10 * me + i));
  }
  std::vector<double> theirs(expected.size());
  exchange<double>(ranks_, mine, going, theirs, coming);
  EXPECT_EQ(theirs, expected);
}

TEST_P(Collectives, broadcast_brings_the_roots_bytes) {
  for (int root = 0; root < ranks_.size(); ++root) {
    const std::string text = broadcast_text(ranks_, "from " + std::to_string(rank_), {.root = root});
    EXPECT_EQ(text, "from " + std::to_string(root));
  }
  EXPECT_EQ(broadcast_text(ranks_, ""), "");
}

TEST_P(Collectives, texts_of_all_ranks) {
  const auto texts = all_gather_text(ranks_, std::string(static_cast<std::size_t>(rank_), 'x'));
  ASSERT_EQ(texts.size(), size_);
  for (std::size_t r = 0; r < size_; ++r) EXPECT_EQ(texts[r].size(), r);
}

TEST_P(Collectives, sums_of_integers_are_exact) {
  const auto big = (std::uint64_t{1} << 60) / size_;
  EXPECT_EQ(sum(ranks_, big), big * size_);
  EXPECT_EQ(largest(ranks_, static_cast<std::uint64_t>(rank_)), size_ - 1);
  barrier(ranks_);
}

}  // namespace
}  // namespace rankwise::ranks
