#include "rankwise/statistics/cut.hpp"

#include <gtest/gtest.h>

namespace rankwise::statistics {
namespace {

using storage::ChunkShape;
using storage::Contiguous;
using storage::ElementType;

storage::MatrixInfo matrix(std::uint64_t rows, std::uint64_t columns, Contiguous contiguous,
                           std::optional<ChunkShape> chunk = {}, ElementType type = ElementType::float64) {
  storage::MatrixInfo info{.rows = rows, .columns = columns};
  info.contiguous = contiguous;
  info.chunk = chunk;
  info.types = {type};
  return info;
}

void expect_cover(const MatrixCut& cut) {
  const blocks::Grid grid = cut.grid();
  std::uint64_t elements = 0;
  for (blocks::BlockIndex b = 0; b < grid.count(); ++b) {
    const auto region = cut.region_of(grid.block_at(b));
    EXPECT_LE(region.rows.end, cut.rows);
    EXPECT_LE(region.columns.end, cut.columns);
    elements += region.elements();
  }
  EXPECT_EQ(elements, cut.rows * cut.columns);
}

TEST(Cut, blocks_cover_every_element_once) {
  for (const std::uint64_t rows : {0U, 1U, 2U, 1009U, 700001U}) {
    for (const std::uint64_t columns : {0U, 1U, 3U, 101U, 20011U}) {
      if (rows * columns > 100000000) continue;
      for (const auto contiguous : {Contiguous::rows, Contiguous::columns}) {
        expect_cover(cut_matrix(matrix(rows, columns, contiguous)));
        expect_cover(cut_matrix(matrix(rows, columns, contiguous, ChunkShape{100, 7})));
      }
    }
  }
}

TEST(Cut, blocks_are_a_few_mebibytes_that_lie_together) {
  for (const auto contiguous : {Contiguous::rows, Contiguous::columns}) {
    const MatrixCut cut = cut_matrix(matrix(30000, 10000, contiguous));
    EXPECT_GE(cut.largest_elements() * 8, 1U << 20);
    EXPECT_LE(cut.largest_elements() * 8, 8U << 20);
  }
  EXPECT_EQ(cut_matrix(matrix(30000, 10000, Contiguous::columns)).step_rows, 30000U) << "whole columns";
  EXPECT_EQ(cut_matrix(matrix(std::uint64_t{1} << 40, 2, Contiguous::columns)).lane_columns, 1U);
}

TEST(Cut, borders_lie_on_chunk_borders) {
  for (const auto contiguous : {Contiguous::rows, Contiguous::columns}) {
    const MatrixCut cut = cut_matrix(matrix(100000, 5000, contiguous, ChunkShape{1000, 130}));
    EXPECT_EQ(cut.step_rows % 1000, 0U);
    EXPECT_TRUE(cut.lane_columns % 130 == 0 || cut.lane_columns == 5000);
  }
}

TEST(Cut, blocks_stay_small_where_chunks_lie_across) {
  EXPECT_LE(cut_matrix(matrix(50000, 1000, Contiguous::rows, ChunkShape{50000, 1})).largest_elements(), 1U << 20);
  EXPECT_LE(cut_matrix(matrix(50000, 1000, Contiguous::columns, ChunkShape{1, 1000})).largest_elements(), 1U << 20);
}

TEST(Cut, partial_results_stay_small_however_wide_the_matrix) {
  EXPECT_LE(cut_matrix(matrix(10, std::uint64_t{1} << 40, Contiguous::rows)).lane_columns, 8192U);
  EXPECT_LE(cut_matrix(matrix(10, std::uint64_t{1} << 40, Contiguous::columns)).lane_columns, 8192U);
}

TEST(Cut, even_lanes_keep_the_steps_and_cover_everything) {
  for (const std::uint64_t columns : {1U, 5000U, 8192U, 8193U, 10000U, 16384U, 16385U, 100000U}) {
    const auto info = matrix(500, columns, Contiguous::rows);
    const MatrixCut plain = cut_matrix(info), even = with_even_lanes(plain, info);
    EXPECT_EQ(even.step_rows, plain.step_rows) << "the bits depend on them";
    EXPECT_LE(even.lane_columns, 2 * 8192U);
    expect_cover(even);
    const std::uint64_t lanes = even.grid().lanes;
    EXPECT_LT(lanes * even.lane_columns - columns, lanes) << "all about equally wide";
  }
  EXPECT_EQ(with_even_lanes(cut_matrix(matrix(500, 16384, Contiguous::rows)), matrix(500, 16384, Contiguous::rows))
                .grid()
                .lanes,
            1U);
  const auto chunked = matrix(500, 10000, Contiguous::rows, ChunkShape{100, 1000});
  EXPECT_EQ(with_even_lanes(cut_matrix(chunked), chunked).lane_columns, cut_matrix(chunked).lane_columns);
}

TEST(Cut, short_steps_of_wide_rows_are_taken_at_once_where_many_blocks_are_left) {
  const auto at_once = [](const storage::MatrixInfo& info) {
    return steps_at_once(with_even_lanes(cut_matrix(info), info), info);
  };
  EXPECT_EQ(at_once(matrix(30'000, 10'000, Contiguous::rows)), 4U) << "118 blocks of 256 rows";
  EXPECT_EQ(at_once(matrix(300'000, 10'000, Contiguous::rows)), 8U) << "512 rows are enough";
  EXPECT_EQ(at_once(matrix(3'000, 10'000, Contiguous::rows)), 1U);
  EXPECT_EQ(at_once(matrix(300'000'000, 100, Contiguous::rows)), 1U) << "the steps are long";
  EXPECT_EQ(at_once(matrix(300'000, 10'000, Contiguous::columns)), 1U);
  EXPECT_EQ(at_once(matrix(300'000, 10'000, Contiguous::rows, ChunkShape{64, 10'000})), 1U);
}

TEST(Cut, a_matrix_without_rows_has_a_block_for_each_lane) {
  const MatrixCut cut = cut_matrix(matrix(0, 5, Contiguous::rows));
  EXPECT_EQ(cut.grid().count(), 1U);
  EXPECT_EQ(cut.region_of({0, 0}).columns.size(), 5U);
}

TEST(Cut, columns_of_several_types_are_lanes_of_their_own) {
  storage::MatrixInfo info = matrix(100, 3, Contiguous::columns);
  info.types = {ElementType::float64, ElementType::int8, ElementType::float32};
  EXPECT_EQ(cut_matrix(info).lane_columns, 1U);
}

}  // namespace
}  // namespace rankwise::statistics
