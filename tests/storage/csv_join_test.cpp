#include "rankwise/storage/csv_join.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/temporary_folder.hpp"

namespace rankwise::storage {
namespace {

CsvScan scan_of(const std::string& text, const CsvScan::Options& options, std::uint64_t end) {
  CsvScan scan(options);
  scan.add(std::span(text).subspan(options.offset, end - options.offset));
  return scan;
}

TEST(CsvJoin, records_of_a_scan_that_began_in_quotes_count_from_where_it_was_right) {
  const std::string quoted = "1,\"a\nbb\ncc\ndd\"\n";
  std::string text = quoted;
  for (int i = 0; i < 4; ++i) text += "1,23456789\n";
  const std::uint64_t border = text.size();
  for (int i = 0; i < 500; ++i) text += "1,\n";
  const test::TemporaryFolder folder;
  const CsvText file(folder.file("a.csv", text));

  // The second range begins with bb; what its scan notes is thinned out when it goes on beyond the range.
  CsvScan inside = scan_of(text, {.offset = text.find("bb"), .columns = 2, .chunk = {8}}, border);
  ASSERT_EQ(inside.chunks().rows_per_chunk(), 2U);
  ASSERT_TRUE(inside.ragged());
  const CsvScan::Options rows{.columns = 2};
  CsvJoin join(file, rows);
  join.add({0, 4}, scan_of(text, rows, 4));
  join.add({4, border}, inside);
  join.add({border, text.size()}, std::nullopt);
  join.finish();

  CsvScan one = scan_of(text, rows, text.size());
  one.finish();
  ASSERT_TRUE(join.sound());
  EXPECT_EQ(join.records(), 505U);
  EXPECT_EQ(join.chunks().begins(), one.chunks().begins());
}

TEST(CsvJoin, what_is_wrong_is_told_once_it_is_known) {
  const test::TemporaryFolder folder;
  const std::string text = "1,2\n3\n4,\"5";
  const CsvText file(folder.file("a.csv", text));
  CsvJoin ragged(file, {.columns = 2});
  ragged.add({0, 6}, scan_of(text, {.columns = 2}, 6));
  EXPECT_TRUE(ragged.sound()) << "of this scan's own records it asks nothing as yet";
  ragged.add({6, 8}, scan_of(text, {.offset = 6, .columns = 2}, 8));
  EXPECT_FALSE(ragged.sound());
  CsvJoin open(file, {.offset = 6, .columns = 2});
  open.add({6, text.size()}, scan_of(text, {.offset = 6, .columns = 2}, text.size()));
  EXPECT_TRUE(open.sound());
  open.finish();
  EXPECT_FALSE(open.sound());
}

}  // namespace
}  // namespace rankwise::storage
