#include "rankwise/matrices/pieces.hpp"

#include <gtest/gtest.h>

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
