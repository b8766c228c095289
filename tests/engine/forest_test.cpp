#include "rankwise/engine/forest.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <thread>

namespace rankwise::engine {
namespace {

using blocks::Grid;
using blocks::Node;

AnyPartial text(std::string value) {
  return std::make_shared<std::string>(std::move(value));
}
std::string& text(const AnyPartial& partial) {
  return *static_cast<std::string*>(partial.get());
}

/// Spells out the tree: the merge is neither commutative nor associative.
void bracket(AnyPartial& left, const AnyPartial& right) {
  text(left) = "(" + text(left) + " " + text(right) + ")";
}

/// What the design says: a node is its two children, or its left child where the right one would start beyond the end.
std::string spelled(std::uint64_t index, int level, std::uint64_t steps) {
  if (level == 0) return std::to_string(index);
  if ((2 * index + 1) << (level - 1) >= steps) return spelled(2 * index, level - 1, steps);
  return "(" + spelled(2 * index, level - 1, steps) + " " + spelled(2 * index + 1, level - 1, steps) + ")";
}

std::string grown(std::uint64_t steps, const std::vector<std::uint64_t>& order) {
  Forest forest({1, steps}, bracket);
  for (const std::uint64_t step : order) forest.add({0, step, 0}, text(std::to_string(step)));
  EXPECT_EQ(forest.size(), 1U);
  return text(forest.take({0, 0, blocks::top_level(steps)}));
}

TEST(Forest, every_order_of_arrival_grows_the_one_tree) {
  for (std::uint64_t steps = 1; steps <= 8; ++steps) {
    std::vector<std::uint64_t> order(steps);
    std::iota(order.begin(), order.end(), 0);
    const std::string expected = spelled(0, blocks::top_level(steps), steps);
    do {
      ASSERT_EQ(grown(steps, order), expected);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(Forest, any_order_grows_the_one_tree_for_every_length_to_300) {
  std::mt19937 random(1);
  for (std::uint64_t steps = 9; steps <= 300; ++steps) {
    std::vector<std::uint64_t> order(steps);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    ASSERT_EQ(grown(steps, order), spelled(0, blocks::top_level(steps), steps));
  }
}

TEST(Forest, lanes_do_not_mix) {
  Forest forest({3, 2}, bracket);
  for (const std::uint64_t lane : {2U, 0U, 1U}) {
    forest.add({lane, 1, 0}, text("b" + std::to_string(lane)));
    forest.add({lane, 0, 0}, text("a" + std::to_string(lane)));
  }
  EXPECT_EQ(text(forest.take({0, 0, 1})), "(a0 b0)");
  EXPECT_EQ(text(forest.take({2, 0, 1})), "(a2 b2)");
  EXPECT_EQ(forest.size(), 1U);
}

TEST(Forest, nodes_of_any_level_can_be_added) {
  Forest forest({1, 5}, bracket);
  forest.add({0, 1, 2}, text("4"));
  forest.add({0, 0, 2}, text("0123"));
  EXPECT_EQ(text(forest.take({0, 0, 3})), "(0123 4)");
}

TEST(Forest, few_partials_are_alive_when_blocks_come_in_order) {
  Forest forest({1, 1024}, bracket);
  for (std::uint64_t step = 0; step < 1024; ++step) {
    forest.add({0, step, 0}, text("x"));
    EXPECT_LE(forest.size(), 11U);
  }
}

TEST(Forest, threads_may_add_at_once) {
  constexpr std::uint64_t steps = 5000;
  Forest forest({1, steps}, bracket);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t step = t; step < steps; step += 4) forest.add({0, step, 0}, text(std::to_string(step)));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(text(forest.take({0, 0, blocks::top_level(steps)})), spelled(0, blocks::top_level(steps), steps));
}

}  // namespace
}  // namespace rankwise::engine
