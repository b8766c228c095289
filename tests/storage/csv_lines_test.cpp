#include "rankwise/storage/csv_lines.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/storage/csv_files.hpp"

namespace rankwise::storage {
namespace {

class CsvLinesTest : public test::CsvTest {
 protected:
  std::vector<std::string> lines(const MatrixInfo& info, blocks::Range rows) const {
    std::vector<std::string> found;
    CsvLines(info).read(rows, [&](std::string_view row) { found.emplace_back(row); });
    return found;
  }
};

TEST_F(CsvLinesTest, rows_are_what_stands_between_ends_of_lines) {
  const MatrixInfo info = inspect("a,b\n1,\"x\"\"\ny\"\r\n\n  \n 2 ,\n,3");
  EXPECT_EQ(lines(info, {0, 3}), (std::vector<std::string>{"1,\"x\"\"\ny\"", " 2 ,", ",3"}));
  EXPECT_EQ(lines(info, {1, 2}), std::vector<std::string>{" 2 ,"});
  EXPECT_EQ(lines(info, {3, 3}), std::vector<std::string>{});
  EXPECT_EQ(csv_separator(info), ',');
}

TEST_F(CsvLinesTest, any_rows_of_many_chunks) {
  std::string text = "n,text\n";
  std::vector<std::string> all;
  for (int row = 0; row < 5000; ++row) {
    all.push_back(std::to_string(row) + ",\"" + std::string(static_cast<std::size_t>(row % 97), '\n') + "\"");
    text += all.back() + "\n";
  }
  const MatrixInfo info = inspect(text);
  ASSERT_GT(info.rows, 4 * info.chunk->rows);
  for (const blocks::Range rows : {blocks::Range{0, 5000}, {1, 2}, {777, 3333}, {4999, 5000}}) {
    const std::vector<std::string> expected(all.begin() + static_cast<std::ptrdiff_t>(rows.begin),
                                            all.begin() + static_cast<std::ptrdiff_t>(rows.end));
    EXPECT_EQ(lines(info, rows), expected);
  }
  for (const std::uint64_t each : {std::uint64_t{1}, info.chunk->rows, info.chunk->rows + 1, std::uint64_t{5000}}) {
    std::uint64_t most = 0;
    for (std::uint64_t begin = 0; begin < 5000; begin += each) {
      std::uint64_t bytes = 0;
      for (const auto& line : lines(info, {begin, std::min<std::uint64_t>(5000, begin + each)}))
        bytes += line.size() + 1;
      most = std::max(most, bytes);
      if (each == 1 && begin == 200) break;
    }
    EXPECT_LE(most, most_csv_bytes(info, each).value) << each;
  }
}

TEST(CsvFields, come_as_they_stand) {
  std::vector<std::string> fields;
  for_each_field(" a,\"b,\"\"c\n\",,d\"e", ',', [&](std::string_view field) { fields.emplace_back(field); });
  EXPECT_EQ(fields, (std::vector<std::string>{" a", "\"b,\"\"c\n\"", "", "d\"e"}));
}

}  // namespace
}  // namespace rankwise::storage
