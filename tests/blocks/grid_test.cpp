#include "rankwise/blocks/grid.hpp"

#include <gtest/gtest.h>

#include "rankwise/base/errors.hpp"

namespace rankwise::blocks {
namespace {

TEST(Share, shares_add_up_for_every_rank_and_size_to_64) {
  for (int size = 1; size <= 64; ++size) {
    for (std::uint64_t count = 0; count <= 200; ++count) {
      std::uint64_t end = 0;
      for (int rank = 0; rank < size; ++rank) {
        const Range range = share(count, rank, size);
        ASSERT_EQ(range.begin, end) << count << " over " << size;
        ASSERT_LE(range.size(), count / static_cast<unsigned>(size) + 1);
        ASSERT_GE(range.size(), count / static_cast<unsigned>(size));
        end = range.end;
      }
      ASSERT_EQ(end, count);
    }
  }
}

TEST(Share, shares_add_up_beyond_32_bits) {
  for (const std::uint64_t count : {(std::uint64_t{1} << 31) + 1, (std::uint64_t{1} << 53) - 1, UINT64_MAX}) {
    for (const int size : {1, 2, 3, 7, 64, 10007}) {
      std::uint64_t end = 0;
      for (int rank = 0; rank < size; ++rank) {
        const Range range = share(count, rank, size);
        ASSERT_EQ(range.begin, end);
        end = range.end;
      }
      EXPECT_EQ(end, count);
    }
  }
}

TEST(Piece, pieces_cover_everything_once) {
  for (std::uint64_t count = 0; count <= 50; ++count) {
    for (std::uint64_t size = 1; size <= 60; ++size) {
      std::uint64_t end = 0;
      for (std::uint64_t i = 0; i * size < count; ++i) {
        EXPECT_EQ(piece(count, size, i).begin, end);
        end = piece(count, size, i).end;
      }
      EXPECT_EQ(end, count);
      EXPECT_TRUE(piece(count, size, count / size + 1).empty());
    }
  }
}

TEST(Grid, blocks_are_numbered_lane_by_lane) {
  const Grid grid{3, 5};
  EXPECT_EQ(grid.count(), 15U);
  for (BlockIndex i = 0; i < 15; ++i) EXPECT_EQ(grid.index_of(grid.block_at(i)), i);
  EXPECT_EQ(grid.block_at(7), (Block{1, 2}));
}

TEST(Grid, too_many_blocks_are_refused) {
  const Grid grid{std::uint64_t{1} << 40, std::uint64_t{1} << 40};
  EXPECT_THROW((void)grid.count(), InputError);
}

}  // namespace
}  // namespace rankwise::blocks
