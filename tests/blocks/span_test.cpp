#include "rankwise/blocks/span.hpp"

#include <gtest/gtest.h>

namespace rankwise::blocks {
namespace {

TEST(Spans, cover_every_block_of_every_small_grid_once) {
  for (std::uint64_t lanes = 0; lanes <= 20; ++lanes) {
    for (std::uint64_t steps = 0; steps <= 40; ++steps) {
      for (const std::uint64_t most : {1U, 2U, 7U, 16U, 1000U}) {
        const SpanCut cut = cut_into_spans({lanes, steps}, {8}, {.spans = most, .partials = mebibytes(1)});
        BlockIndex end = 0;
        for (std::uint64_t s = 0; s < cut.count(); ++s) {
          const Range blocks = cut.blocks_of(s);
          ASSERT_EQ(blocks.begin, end) << lanes << " × " << steps << ", at most " << most;
          ASSERT_FALSE(blocks.empty());
          for (BlockIndex b = blocks.begin; b < blocks.end; ++b) ASSERT_EQ(cut.span_of(b), s);
          end = blocks.end;
        }
        ASSERT_EQ(end, lanes * steps);
        ASSERT_LE(cut.count(), std::max(most, std::min(most, lanes)));
      }
    }
  }
}

TEST(Spans, are_whole_subtrees) {
  const SpanCut cut = cut_into_spans({3, 100}, {8}, {.spans = 40, .partials = mebibytes(1)});
  EXPECT_EQ(cut.level, 3);
  for (std::uint64_t s = 0; s < cut.count(); ++s) EXPECT_EQ((cut.blocks_of(s).begin % 100) % 8, 0U);
}

TEST(Spans, stay_few_whatever_the_size) {
  const std::uint64_t huge = std::uint64_t{1} << 50;
  EXPECT_LE(cut_into_spans({1, huge}, {8}).count(), 16384U);
  EXPECT_LE(cut_into_spans({huge, 1}, {8}).count(), 16384U);
  EXPECT_LE(cut_into_spans({10000, 10000000}, {8}).count(), 16384U);
}

TEST(Spans, their_partials_fit_into_the_limit) {
  const SpanCut cut = cut_into_spans({1, 100000}, mebibytes(1));
  EXPECT_LE(cut.count(), 256U);
  EXPECT_GT(cut.count(), 128U);
}

}  // namespace
}  // namespace rankwise::blocks
