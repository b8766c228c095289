#include "rankwise/statistics/pair_cut.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>

namespace rankwise::statistics {
namespace {

storage::MatrixInfo matrix(std::uint64_t rows, std::uint64_t columns,
                           storage::ElementType type = storage::ElementType::float64) {
  storage::MatrixInfo info{.rows = rows, .columns = columns};
  info.types = {type};
  return info;
}

TEST(PairCut, lanes_are_all_pairs_of_panels_once) {
  for (const std::uint64_t columns : {1U, 4U, 5U, 9U, 33U}) {
    const PairCut cut = cut_pairs(matrix(100, columns), {.most_panel_columns = 4});
    std::set<std::pair<std::uint64_t, std::uint64_t>> pairs;
    for (std::uint64_t lane = 0; lane < cut.grid().lanes; ++lane) {
      const auto [left, right] = cut.panels_of(lane);
      EXPECT_FALSE(left.empty() || right.empty());
      EXPECT_LE(left.begin, right.begin);
      for (std::uint64_t a = left.begin; a < left.end; ++a) {
        for (std::uint64_t b = std::max(a, right.begin); b < right.end; ++b) {
          EXPECT_TRUE(pairs.emplace(a, b).second) << a << ", " << b;
        }
      }
    }
    EXPECT_EQ(pairs.size(), columns * (columns + 1) / 2);
  }
}

TEST(PairCut, panels_are_nearly_equally_wide) {
  EXPECT_EQ(cut_pairs(matrix(100, 256)).panels(), 1U);
  EXPECT_EQ(cut_pairs(matrix(100, 257)).panel_columns, 129U);
  EXPECT_EQ(cut_pairs(matrix(100, 10000)).panel_columns, 250U);
}

TEST(PairCut, a_block_is_about_four_mebibytes_on_chunk_borders) {
  EXPECT_EQ(cut_pairs(matrix(1000000, 512)).step_rows, 1024U);
  EXPECT_EQ(cut_pairs(matrix(1000000, 512, storage::ElementType::int8)).step_rows, 8192U);
  EXPECT_EQ(cut_pairs(matrix(77, 512)).step_rows, 77U);
  storage::MatrixInfo chunked = matrix(1000000, 512);
  chunked.chunk = storage::ChunkShape{.rows = 300, .columns = 512};
  EXPECT_EQ(cut_pairs(chunked).step_rows, 900U);
  chunked.chunk->rows = 5000;
  EXPECT_EQ(cut_pairs(chunked).step_rows, 5000U);
}

TEST(PairCut, wide_chunks_are_read_more_often) {
  storage::MatrixInfo info = matrix(1000, 1000);
  EXPECT_EQ(times_read(info, cut_pairs(info)), 4);
  info.chunk = storage::ChunkShape{.rows = 100, .columns = 250};
  EXPECT_EQ(times_read(info, cut_pairs(info)), 4);
  info.chunk->columns = 1000;
  EXPECT_EQ(times_read(info, cut_pairs(info)), 16);
  info.chunk->columns = 100;  // 0 to 300, 200 to 500, 500 to 800, 700 to 1000
  EXPECT_DOUBLE_EQ(times_read(info, cut_pairs(info)), 4.8);
  EXPECT_EQ(times_read(matrix(10, 0), cut_pairs(matrix(10, 0))), 0);
}

TEST(PairCut, a_matrix_without_elements_has_what_results_it_can_have) {
  EXPECT_EQ(cut_pairs(matrix(0, 300)).grid(), (blocks::Grid{.lanes = 3, .steps = 1}));
  EXPECT_EQ(cut_pairs(matrix(0, 300)).rows_of(0).size(), 0U);
  EXPECT_EQ(cut_pairs(matrix(10, 0)).grid().lanes, 0U);
}

}  // namespace
}  // namespace rankwise::statistics
