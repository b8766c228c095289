#include "rankwise/statistics/whole_columns.hpp"

#include <gtest/gtest.h>

namespace rankwise::statistics {
namespace {

using storage::ChunkShape;
using storage::Contiguous;
using storage::ElementType;

std::optional<MatrixCut> cut(std::uint64_t rows, std::uint64_t columns, Contiguous contiguous,
                             std::optional<ChunkShape> chunk = {}, std::vector<ElementType> types = {}) {
  storage::MatrixInfo info{.rows = rows, .columns = columns};
  info.contiguous = contiguous;
  info.chunk = chunk;
  info.types = types.empty() ? std::vector{ElementType::float64} : types;
  return cut_whole_columns(info, {});
}

TEST(WholeColumns, a_block_is_about_4_mebibytes_of_columns_that_lie_together) {
  const auto whole = cut(30000, 10000, Contiguous::columns);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->grid().steps, 1U);
  EXPECT_EQ(whole->lane_columns, 17U);
  EXPECT_EQ(cut(2000000, 5, Contiguous::columns)->lane_columns, 1U);
  EXPECT_FALSE(cut(2500000, 5, Contiguous::columns)) << "a column and a copy of it have 40 MB";
}

TEST(WholeColumns, chunks_are_read_once) {
  const auto whole = cut(30000, 10000, Contiguous::rows, ChunkShape{1000, 100});
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->lane_columns, 100U);
  EXPECT_EQ(cut(1000, 10000, Contiguous::rows, ChunkShape{10, 30})->lane_columns, 510U);
  EXPECT_FALSE(cut(30000, 10000, Contiguous::rows, ChunkShape{10, 10000}));
}

TEST(WholeColumns, no_page_of_rows_is_read_again_and_again) {
  EXPECT_FALSE(cut(30000, 10000, Contiguous::rows));
  EXPECT_TRUE(cut(30000, 100, Contiguous::rows)) << "all of them are one block";
  EXPECT_GE(cut(5000, 10000, Contiguous::rows)->lane_columns, 512U);
}

TEST(WholeColumns, columns_of_several_types_are_lanes_of_their_own) {
  const auto whole = cut(100, 3, Contiguous::columns, {}, {ElementType::int8, ElementType::float64, ElementType::int8});
  EXPECT_EQ(whole->lane_columns, 1U);
}

TEST(WholeColumns, nothing_has_a_cut_too) {
  EXPECT_EQ(cut(0, 5, Contiguous::rows)->grid(), (blocks::Grid{1, 1}));
  EXPECT_EQ(cut(5, 0, Contiguous::rows)->grid().lanes, 0U);
}

}  // namespace
}  // namespace rankwise::statistics
