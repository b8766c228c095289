#include "rankwise/storage/csv_index.hpp"

#include <gtest/gtest.h>

namespace rankwise::storage {
namespace {

TEST(CsvIndex, is_the_same_after_encoding) {
  const CsvIndex index{.separator = '\t', .file_size = 99, .rows_per_chunk = 4, .chunks = {3, 50}};
  const auto bytes = index.encode();
  const CsvIndex again = CsvIndex::decode(ByteReader(bytes));
  EXPECT_EQ(again.separator, '\t');
  EXPECT_EQ(again.file_size, 99U);
  EXPECT_EQ(again.rows_per_chunk, 4U);
  EXPECT_EQ(again.chunks, index.chunks);
}

}  // namespace
}  // namespace rankwise::storage
