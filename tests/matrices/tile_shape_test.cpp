#include "rankwise/matrices/tile_shape.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace rankwise::matrices {
namespace {

using storage::ChunkShape;

ChunkShape tile(std::uint64_t rows, std::uint64_t columns, std::vector<Lie> matrices) {
  return tile_shape(rows, columns, matrices);
}

constexpr Lie along{}, across{.rows_together = false};

TEST(TileShape, is_of_whole_rows_or_columns_where_all_lie_alike) {
  EXPECT_EQ(tile(100000, 1000, {along, along}), (ChunkShape{524, 1000}));
  EXPECT_EQ(tile(1000, 100000, {across}), (ChunkShape{1000, 524}));
  EXPECT_EQ(tile(3, 100'000'000, {along}), (ChunkShape{1, 524288}));
  EXPECT_EQ(tile(100, 100, {}), (ChunkShape{100, 100}));
}

TEST(TileShape, is_square_where_they_lie_across) {
  EXPECT_EQ(tile(10000, 10000, {along, across}), (ChunkShape{512, 1024}));
  EXPECT_EQ(tile(1'000'000, 2, {along, across}), (ChunkShape{262144, 2}));
  EXPECT_EQ(tile(2, 1'000'000, {along, across}), (ChunkShape{2, 262144}));
  EXPECT_EQ(tile(10000, 10000, {along, {.rows_together = false, .whole = false}}), (ChunkShape{52, 10000}));
}

TEST(TileShape, is_of_whole_lines_of_the_file_that_it_goes_to) {
  using storage::Contiguous;
  const std::vector<Lie> one_along{along}, one_across{across};
  EXPECT_EQ(tile_shape(10000, 10000, one_along, {.written = Contiguous::rows}), (ChunkShape{52, 10000}));
  EXPECT_EQ(tile_shape(10000, 10000, one_across, {.written = Contiguous::columns}), (ChunkShape{10000, 52}));
  // Of what lies across, whole cache lines.
  EXPECT_EQ(tile_shape(10000, 10000, one_across, {.written = Contiguous::rows}), (ChunkShape{48, 10000}));
  EXPECT_EQ(tile_shape(10000, 10000, one_along, {.written = Contiguous::columns}), (ChunkShape{10000, 48}));
}

TEST(TileShape, takes_whole_cache_lines_of_what_lies_across_long_lines) {
  using storage::Contiguous;
  const std::vector<Lie> one_along{along}, one_across{across};
  EXPECT_EQ(tile_shape(100000, 100000, one_across, {.written = Contiguous::rows}), (ChunkShape{16, 32768}));
  EXPECT_EQ(tile_shape(100000, 100000, one_along, {.written = Contiguous::columns}), (ChunkShape{32768, 16}));
  EXPECT_EQ(tile_shape(3, 1'000'000, one_across, {.written = Contiguous::rows}), (ChunkShape{3, 174762}));
  EXPECT_EQ(tile_shape(1'000'000, 3, one_along, {.written = Contiguous::columns}), (ChunkShape{174762, 3}));
}

TEST(TileShape, keeps_what_is_reduced_side_by_side_small_and_blocks_large) {
  const std::vector<Lie> rows{along}, columns{across}, wide{{.rows_together = true, .chunk = {1, 500000}}};
  EXPECT_EQ(tile_shape(1000, 500000, rows, {.reduced = storage::Contiguous::columns}), (ChunkShape{64, 8192}));
  EXPECT_EQ(tile_shape(500000, 1000, columns, {.reduced = storage::Contiguous::rows}), (ChunkShape{8192, 64}));
  EXPECT_EQ(tile_shape(500000, 3, rows, {.reduced = storage::Contiguous::columns}), (ChunkShape{174762, 3}));
  EXPECT_EQ(tile_shape(1000, 500000, wide, {.reduced = storage::Contiguous::columns}), (ChunkShape{8, 65536}));
}

TEST(TileShape, of_one_large_chunk_is_that_chunk) {
  EXPECT_EQ(tile(5'000'000, 8, {{.rows_together = true, .chunk = {5'000'000, 1}}}), (ChunkShape{5'000'000, 1}));
  EXPECT_EQ(tile(1, 20'000'000, {{.rows_together = true, .chunk = {1, 5'000'000}}}), (ChunkShape{1, 5'000'000}));
}

TEST(TileShape, lies_on_the_borders_of_chunks) {
  const ChunkShape hundred = tile(10000, 10000, {{.rows_together = true, .chunk = {100, 100}}});
  EXPECT_EQ(hundred.rows % 100, 0U);
  EXPECT_EQ(hundred.columns, 10000U);
  EXPECT_EQ(tile(100000, 50, {{.rows_together = true, .chunk = {100000, 1}}}), (ChunkShape{100000, 10}));
  EXPECT_EQ(tile(10, 10, {{.rows_together = true, .chunk = {100, 100}}}), (ChunkShape{10, 10}));
  for (const std::uint64_t height : {1U, 7U, 1000U, 5000U, 20000U}) {
    for (const std::uint64_t width : {1U, 7U, 1000U, 5000U, 20000U}) {
      for (const Lie& lie : {along, across}) {
        const ChunkShape shape =
            tile(100000, 100000, {{lie.rows_together, {height, width}}, {!lie.rows_together, {width, height}}});
        EXPECT_LE(shape.rows * shape.columns, std::max(std::uint64_t{1} << 22, height * width))
            << height << " × " << width;
        EXPECT_GE(shape.rows * shape.columns, std::uint64_t{1} << 18) << height << " × " << width;
      }
    }
  }
}

}  // namespace
}  // namespace rankwise::matrices
