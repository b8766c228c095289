#include "rankwise/storage/matrix.hpp"

#include <gtest/gtest.h>

#include "rankwise/base/errors.hpp"

namespace rankwise::storage {
namespace {

TEST(MatrixInfo, comes_back_whole_and_its_cuts_are_noticed) {
  MatrixInfo info{.source = "a.h5:/x", .file = "a.h5", .dataset = "/x", .format = Format::csv, .rows = 7, .columns = 2};
  info.other_files = {"b.raw", "c.h5"};
  info.contiguous = Contiguous::columns;
  info.chunk = ChunkShape{3, 2};
  info.types = {ElementType::int8, ElementType::float64};
  info.names = {"a", "π"};
  info.description = "x";
  info.stored = {99};
  info.identity = "id";
  info.content = "hash";
  info.index = {std::byte{1}, std::byte{2}};
  ByteWriter out;
  info.encode(out);
  ByteReader in(out.bytes());
  const MatrixInfo back = MatrixInfo::decode(in);
  EXPECT_TRUE(in.empty());
  EXPECT_EQ(back.source, info.source);
  EXPECT_EQ(back.other_files, info.other_files);
  EXPECT_EQ(back.rows, 7U);
  EXPECT_EQ(back.chunk, info.chunk);
  EXPECT_EQ(back.types, info.types);
  EXPECT_EQ(back.names, info.names);
  EXPECT_EQ(back.index, info.index);
  EXPECT_EQ(back.content, info.content);
  EXPECT_EQ(back.contiguous, Contiguous::columns);
  for (std::size_t size = 0; size < out.bytes().size(); ++size) {
    ByteReader cut(out.bytes().first(size));
    EXPECT_THROW(MatrixInfo::decode(cut), InputError);
  }
}

TEST(MatrixInfo, a_description_of_no_matrix_is_refused) {
  const MatrixInfo sound{.rows = 7, .columns = 2, .chunk = ChunkShape{3, 2}, .types = {ElementType::int8}};
  const auto decoded = [&](const auto& change) {
    MatrixInfo info = sound;
    change(info);
    ByteWriter out;
    info.encode(out);
    ByteReader in(out.bytes());
    return MatrixInfo::decode(in);
  };
  EXPECT_NO_THROW(decoded([](MatrixInfo&) {}));
  EXPECT_NO_THROW(decoded([](MatrixInfo& i) { i.names = {"a", "b"}; }));
  EXPECT_THROW(decoded([](MatrixInfo& i) { i.names = {"a"}; }), InputError);
  EXPECT_THROW(decoded([](MatrixInfo& i) { i.types = {}; }), InputError);
  EXPECT_THROW(decoded([](MatrixInfo& i) {
                 i.types = {};
                 i.columns = 0;
               }),
               InputError);
  EXPECT_THROW(decoded([](MatrixInfo& i) { i.types[0] = static_cast<ElementType>(10); }), InputError);
  EXPECT_THROW(decoded([](MatrixInfo& i) { i.types.resize(3); }), InputError);
  EXPECT_THROW(decoded([](MatrixInfo& i) { i.format = static_cast<Format>(4); }), InputError);
  EXPECT_THROW(decoded([](MatrixInfo& i) { i.contiguous = static_cast<Contiguous>(2); }), InputError);
  EXPECT_THROW(decoded([](MatrixInfo& i) { i.chunk->rows = 0; }), InputError);
}

TEST(MatrixInfo, the_content_is_part_of_the_fingerprint_where_it_is_known) {
  MatrixInfo info{.identity = "id"};
  const std::string without = info.fingerprint();
  info.content = "hash";
  EXPECT_EQ(info.fingerprint(), without + " hash");
}

TEST(MatrixInfo, columns_without_names_are_numbered) {
  MatrixInfo info;
  EXPECT_EQ(info.name_of(3), "3");
  info.names = {"a"};
  EXPECT_EQ(info.name_of(0), "a");
}

TEST(Tile, shows_elements_where_they_lie) {
  const std::vector<std::int16_t> values{0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24};
  const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
  Tile tile;
  tile.view(bytes + 2, 5, {{7, 10}, {40, 42}}, ElementType::int16, Contiguous::rows);
  EXPECT_EQ(tile.rows(), 3U);
  EXPECT_EQ(tile.columns(), 2U);
  EXPECT_EQ(tile.data<std::int16_t>(), values.data() + 1);
  EXPECT_EQ(tile.row_stride(), 5U);
  ByteWriter packed;
  tile.put_packed(packed);
  std::vector<std::int16_t> there(6);
  ByteReader(packed.bytes()).get_span(std::span(there));
  EXPECT_EQ(there, (std::vector<std::int16_t>{1, 2, 11, 12, 21, 22}));

  tile.transpose();
  EXPECT_EQ(tile.column_stride(), 5U);
  tile.widen();
  EXPECT_EQ(tile.type(), ElementType::float64);
  for (std::size_t row = 0; row < 2; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      EXPECT_EQ(tile.data<double>()[row * tile.row_stride() + column * tile.column_stride()],
                static_cast<double>(10 * column + row + 1));
    }
  }
}

TEST(Tile, is_aligned_and_knows_its_strides) {
  Tile tile;
  for (const std::uint64_t rows : {5U, 1U, 100U}) {
    const auto bytes = tile.prepare({{0, rows}, {0, 3}}, ElementType::float64, Contiguous::columns);
    EXPECT_EQ(bytes.size(), rows * 3 * 8);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes.data()) % 64, 0U);
    EXPECT_EQ(tile.column_stride(), rows);
    EXPECT_EQ(tile.row_stride(), 1U);
    tile.transpose();
    EXPECT_EQ(tile.rows(), 3U);
    EXPECT_EQ(tile.row_stride(), rows);
    EXPECT_EQ(tile.contiguous(), Contiguous::rows);
  }
}

TEST(Tile, absurd_regions_take_no_memory) {
  Tile tile;
  EXPECT_THROW(tile.prepare({{0, std::uint64_t{1} << 62}, {0, 1}}, ElementType::float64, Contiguous::rows), InputError);
}

}  // namespace
}  // namespace rankwise::storage
