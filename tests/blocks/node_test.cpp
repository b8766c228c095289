#include "rankwise/blocks/node.hpp"

#include <gtest/gtest.h>

namespace rankwise::blocks {
namespace {

TEST(Node, every_level_covers_every_step_once) {
  for (std::uint64_t steps = 1; steps <= 300; ++steps) {
    const std::uint8_t top = top_level(steps);
    EXPECT_EQ(nodes_at(steps, top), 1U);
    if (top > 0) {
      EXPECT_GT(nodes_at(steps, static_cast<std::uint8_t>(top - 1)), 1U);
    }
    for (std::uint8_t level = 0; level <= top; ++level) {
      std::uint64_t end = 0;
      for (std::uint64_t i = 0; i < nodes_at(steps, level); ++i) {
        const Range range = steps_of({0, i, level}, steps);
        ASSERT_EQ(range.begin, end);
        ASSERT_GT(range.size(), 0U);
        end = range.end;
      }
      ASSERT_EQ(end, steps);
    }
  }
}

TEST(Node, a_parent_covers_what_its_children_cover) {
  for (std::uint64_t steps = 1; steps <= 100; ++steps) {
    for (std::uint8_t level = 0; level < top_level(steps); ++level) {
      for (std::uint64_t i = 0; i < nodes_at(steps, level); ++i) {
        const Node node{0, i, level};
        const Range mine = steps_of(node, steps), above = steps_of(parent(node), steps);
        EXPECT_EQ(is_right_child(node) ? mine.end : mine.begin, is_right_child(node) ? above.end : above.begin);
        if (!exists(sibling(node), steps)) {
          EXPECT_FALSE(is_right_child(node));
          EXPECT_EQ(mine, above);
        }
      }
    }
  }
}

TEST(Node, lanes_beyond_32_bits_have_trees_too) {
  EXPECT_EQ(top_level(UINT64_MAX), 64);
  EXPECT_EQ(nodes_at(UINT64_MAX, 64), 1U);
  EXPECT_EQ(steps_of({0, 0, 64}, UINT64_MAX), (Range{0, UINT64_MAX}));
  EXPECT_EQ(nodes_at(UINT64_MAX, 63), 2U);
  EXPECT_EQ(top_level((std::uint64_t{1} << 40) + 1), 41);
}

}  // namespace
}  // namespace rankwise::blocks
