#include "rankwise/blocks/homecoming.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

namespace rankwise::blocks {
namespace {

/// Carries partial results (texts that spell out how they were merged) as the plan says, and checks that each is where
/// the plan believes it to be. @return each lane's result on rank 0
std::vector<std::string> act_out(const SpanCut& cut, const std::vector<int>& owners) {
  const std::uint64_t steps = cut.grid.steps;
  std::map<std::tuple<std::uint64_t, std::uint64_t, int>, std::pair<int, std::string>> held;
  for (std::uint64_t lane = 0; lane < cut.grid.lanes; ++lane) {
    for (std::uint64_t i = 0; i < nodes_at(steps, cut.level); ++i) {
      const BlockIndex first = lane * steps + steps_of({lane, i, cut.level}, steps).begin;
      held[{lane, i, cut.level}] = {owners[cut.span_of(first)], std::to_string(i)};
    }
  }
  int level = cut.level;
  for (const auto& transfers : plan_homecoming(cut, owners)) {
    for (const auto& transfer : transfers) {
      EXPECT_EQ(transfer.node.level, level);
      auto& [rank, text] = held.at({transfer.node.lane, transfer.node.index, level});
      EXPECT_EQ(rank, transfer.from);
      rank = transfer.to;
    }
    if (nodes_at(steps, static_cast<std::uint8_t>(level)) == 1) break;
    for (std::uint64_t lane = 0; lane < cut.grid.lanes; ++lane) {
      for (std::uint64_t i = 0; i < nodes_at(steps, static_cast<std::uint8_t>(level)); i += 2) {
        auto [rank, text] = held.at({lane, i, level});
        if (const auto right = held.find({lane, i + 1, level}); right != held.end()) {
          EXPECT_EQ(right->second.first, rank) << "children must meet";
          text = "(" + text + " " + right->second.second + ")";
        }
        held[{lane, i / 2, level + 1}] = {rank, text};
      }
    }
    ++level;
  }
  std::vector<std::string> results;
  for (std::uint64_t lane = 0; lane < cut.grid.lanes; ++lane) {
    const auto& [rank, text] = held.at({lane, 0, top_level(steps)});
    EXPECT_EQ(rank, 0);
    results.push_back(text);
  }
  return results;
}

TEST(Homecoming, every_grid_comes_home_along_the_same_tree_from_any_owners) {
  std::mt19937 random(1);
  for (std::uint64_t lanes = 1; lanes <= 4; ++lanes) {
    for (std::uint64_t steps = 1; steps <= 33; ++steps) {
      for (const std::uint64_t most : {1U, 3U, 8U, 200U}) {
        const SpanCut cut = cut_into_spans({lanes, steps}, {8}, {.spans = most, .partials = mebibytes(1)});
        const auto alone = act_out(cut, std::vector<int>(cut.count(), 0));
        for (const int ranks : {2, 3, 7, 64}) {
          std::vector<int> owners(cut.count());
          std::generate(owners.begin(), owners.end(),
                        [&] { return static_cast<int>(random() % static_cast<unsigned>(ranks)); });
          EXPECT_EQ(act_out(cut, owners), alone);
        }
      }
    }
  }
}

TEST(Homecoming, one_rank_sends_nothing) {
  const SpanCut cut = cut_into_spans({2, 9}, {8});
  for (const auto& transfers : plan_homecoming(cut, std::vector<int>(cut.count(), 0))) EXPECT_TRUE(transfers.empty());
}

TEST(Homecoming, of_nothing_is_nothing) {
  EXPECT_TRUE(plan_homecoming(cut_into_spans({0, 0}, {8}), {}).empty());
}

}  // namespace
}  // namespace rankwise::blocks
