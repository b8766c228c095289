#include "rankwise/ranks/thread_budget.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rankwise::ranks {
namespace {

Processors first(int n) {
  Processors processors;
  for (int i = 0; i < n; ++i) processors.insert(i);
  return processors;
}

/// The threads of all ranks on a node with these masks.
std::vector<int> threads_of(const std::vector<Processors>& masks, std::optional<double> quota = {},
                            std::optional<int> openmp = {}) {
  std::vector<int> threads;
  for (int rank = 0; rank < static_cast<int>(masks.size()); ++rank) {
    threads.push_back(default_threads({.masks = masks, .node_rank = rank, .quota = quota, .openmp = openmp}));
  }
  return threads;
}

TEST(ThreadBudget, one_rank_takes_what_it_may_use) {
  EXPECT_EQ(threads_of({first(16)}), (std::vector{16}));
}

TEST(ThreadBudget, ranks_that_share_processors_share_them_out) {
  EXPECT_EQ(threads_of(std::vector(3, first(8))), (std::vector{3, 3, 2}));
  EXPECT_EQ(threads_of(std::vector(7, first(2))), (std::vector(7, 1)));
}

TEST(ThreadBudget, bound_ranks_keep_to_their_own) {
  EXPECT_EQ(threads_of({{0, 1}, {2, 3, 4}, {5}}), (std::vector{2, 3, 1}));
}

TEST(ThreadBudget, partly_shared_processors_are_counted_once) {
  EXPECT_EQ(threads_of({{0, 1, 2, 3}, {2, 3, 4, 5}}), (std::vector{3, 3}));
}

TEST(ThreadBudget, a_quota_is_shared_by_the_ranks_of_the_node) {
  EXPECT_EQ(threads_of({first(64)}, 4.0), (std::vector{4}));
  EXPECT_EQ(threads_of(std::vector(2, first(64)), 5.0), (std::vector{2, 2}));
  EXPECT_EQ(threads_of({first(64)}, 0.5), (std::vector{1}));
}

TEST(ThreadBudget, openmps_own_variable_is_kept_to) {
  EXPECT_EQ(threads_of({first(16)}, {}, 3), (std::vector{3}));
  EXPECT_EQ(threads_of({first(2)}, {}, 8), (std::vector{2}));
}

TEST(ThreadBudget, what_the_batch_system_grants_is_kept_to_without_a_binding) {
  const std::vector<Processors> masks{first(64)};
  EXPECT_EQ(default_threads({.masks = masks, .node_rank = 0, .quota = {}, .openmp = {}, .granted = 4}), 4);
}

TEST(ThreadBudget, processors_are_dealt_out_without_gap_or_overlap) {
  for (int count = 1; count <= 40; ++count) {
    for (int ranks = 1; ranks <= count; ++ranks) {
      Processors all;
      for (int rank = 0; rank < ranks; ++rank) {
        const Processors share = share_of_processors(first(count), rank, ranks);
        ASSERT_FALSE(share.empty());
        for (const int id : share) ASSERT_TRUE(all.insert(id).second);
      }
      ASSERT_EQ(all, first(count));
    }
  }
  EXPECT_EQ(share_of_processors(first(2), 4, 7), first(2));
}

}  // namespace
}  // namespace rankwise::ranks
