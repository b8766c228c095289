#include "rankwise/matrices/pieces.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace rankwise::matrices {
namespace {

using storage::Contiguous;
using storage::MatrixShape;

TEST(Pieces, cover_the_matrix_once_and_lie_one_after_another) {
  for (const std::uint64_t rows : {0U, 1U, 5U, 1009U, 600001U}) {
    for (const std::uint64_t columns : {0U, 1U, 7U, 600001U}) {
      if (rows * columns > 50000000) continue;
      for (const auto contiguous : {Contiguous::rows, Contiguous::columns}) {
        const Pieces pieces(MatrixShape{.rows = rows, .columns = columns, .contiguous = contiguous});
        std::uint64_t next = 0;
        for (std::uint64_t i = 0; i < pieces.count(); ++i) {
          const storage::Region region = pieces.region(i);
          const bool by_rows = contiguous == Contiguous::rows;
          EXPECT_EQ(by_rows ? region.rows.begin * columns + region.columns.begin
                            : region.columns.begin * rows + region.rows.begin,
                    next);
          next += region.elements();
          EXPECT_LE(pieces.region(i).elements(), pieces.elements());
        }
        EXPECT_EQ(next, rows * columns);
      }
    }
  }
}

TEST(Pieces, tiles_cover_the_matrix_once_and_narrow_ones_follow_one_another) {
  for (const auto contiguous : {Contiguous::rows, Contiguous::columns}) {
    const Pieces pieces(MatrixShape{.rows = 1000, .columns = 300, .contiguous = contiguous},
                        storage::ChunkShape{.rows = 64, .columns = 130});
    std::vector<int> covered(std::size_t{1000} * 300);
    for (std::uint64_t i = 0; i < pieces.count(); ++i) {
      const storage::Region region = pieces.region(i);
      for (std::uint64_t r = region.rows.begin; r < region.rows.end; ++r) {
        for (std::uint64_t c = region.columns.begin; c < region.columns.end; ++c) ++covered[r * 300 + c];
      }
    }
    EXPECT_EQ(std::count(covered.begin(), covered.end(), 1), 300000);
  }
  const Pieces rows(MatrixShape{.rows = 1000, .columns = 300}, storage::ChunkShape{.rows = 64, .columns = 130});
  EXPECT_EQ(rows.region(7).rows, (blocks::Range{448, 512}));
  EXPECT_EQ(rows.region(7).columns, (blocks::Range{0, 130}));
  EXPECT_EQ(rows.region(8).rows, (blocks::Range{0, 64}));
  EXPECT_EQ(rows.region(8).columns, (blocks::Range{130, 260}));
}

TEST(Pieces, of_a_chunked_matrix_are_its_chunks) {
  const Pieces pieces(
      MatrixShape{.rows = 10, .columns = 7, .contiguous = Contiguous::columns, .chunk = storage::ChunkShape{4, 3}});
  EXPECT_EQ(pieces.count(), 9U);
  std::uint64_t elements = 0;
  for (std::uint64_t i = 0; i < 9; ++i) {
    EXPECT_EQ(pieces.region(i).rows.begin % 4, 0U);
    EXPECT_EQ(pieces.region(i).columns.begin % 3, 0U);
    elements += pieces.region(i).elements();
  }
  EXPECT_EQ(elements, 70U);
}

}  // namespace
}  // namespace rankwise::matrices
