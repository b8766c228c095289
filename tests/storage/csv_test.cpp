#include "rankwise/storage/csv.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/csv_index.hpp"
#include "rankwise/storage/csv_inspection.hpp"
#include "tests/storage/csv_files.hpp"

namespace rankwise::storage {
namespace {

using namespace test;

std::vector<double> all_of(const MatrixInfo& info) {
  Tile tile;
  open_csv(info)->read({{0, info.rows}, {0, info.columns}}, tile);
  return {tile.data<double>(), tile.data<double>() + info.rows * info.columns};
}

class Csv : public test::CsvTest {};

TEST_F(Csv, info_says_what_a_matrix_is_made_of) {
  const MatrixInfo info = inspect("height,weight,\n1.75,70,1\n1.8,NA,2\n");
  EXPECT_EQ(info.file, path_);
  EXPECT_EQ(info.format, Format::csv);
  EXPECT_EQ(info.rows, 2U);
  EXPECT_EQ(info.columns, 3U);
  EXPECT_EQ(info.contiguous, Contiguous::rows);
  EXPECT_EQ(info.chunk, (ChunkShape{1, 3}));
  EXPECT_EQ(info.types, std::vector{ElementType::float64});
  EXPECT_EQ(info.names, (std::vector<std::string>{"height", "weight", "2"}));
  EXPECT_EQ(info.description, "CSV with header");
  EXPECT_EQ(info.stored.value, 34U);
  EXPECT_EQ(info.identity.size(), 32U);
  EXPECT_EQ(inspect("1\t2\n", '\t').description, "TSV without header");
  EXPECT_TRUE(inspect("1\t2\n", '\t').names.empty());
}

TEST_F(Csv, first_line_is_a_header_if_a_field_is_no_value) {
  EXPECT_EQ(inspect("1,x\n2,3\n").names, (std::vector<std::string>{"1", "x"}));
  EXPECT_TRUE(inspect("1,2\n3,4\n").names.empty());
  EXPECT_TRUE(inspect(",NA\n3,4\n").names.empty());
  EXPECT_EQ(inspect("\n \n\"a \"\"b\"\"\nc\", d\r\n1,2\n").names, (std::vector<std::string>{"a \"b\"\nc", " d"}));
  EXPECT_EQ(inspect("\xef\xbb\xbf\"x\",y\n1,2\n").names, (std::vector<std::string>{"x", "y"})) << "BOM";
  EXPECT_EQ(inspect("a,b\n").rows, 0U) << "a header alone";
  EXPECT_TRUE(all_of(inspect("a,b")).empty());
}

TEST_F(Csv, quotes_may_hold_separators_and_newlines) {
  const MatrixInfo info = inspect("\"a,b\",\"c\nd\"\n\"1\n\",\" 2\"\n3,\"4\"\r\n");
  EXPECT_EQ(info.names, (std::vector<std::string>{"a,b", "c\nd"}));
  EXPECT_EQ(all_of(info), (std::vector<double>{1, 2, 3, 4}));
}

TEST_F(Csv, a_single_column_needs_no_separator) {
  EXPECT_EQ(all_of(inspect("x\n1\n\n2\n \n3")), (std::vector<double>{1, 2, 3}));
}

TEST_F(Csv, words_in_columns_that_are_not_read_do_no_harm) {
  const MatrixInfo info = inspect("name,x\n\"Smith, J\",1\nJones,2\n");
  Tile tile;
  open_csv(info)->read({{0, 2}, {1, 2}}, tile);
  EXPECT_EQ(tile.data<double>()[0], 1.0);
  EXPECT_EQ(tile.data<double>()[1], 2.0);
  EXPECT_THROW(open_csv(info)->read({{0, 2}, {0, 2}}, tile), InputError);
}

TEST_F(Csv, refusals_say_where_and_why) {
  EXPECT_EQ(refusal(""), " is empty");
  EXPECT_EQ(refusal("\xef\xbb\xbf\n \r\n"), " is empty");
  EXPECT_EQ(refusal("a,b,c,d\n1,2,3,4\n\n\"5\n\",6,7\n"), ": line 4 has 3 fields, not 4 as the first line");
  EXPECT_EQ(refusal("1,2\n3\n"), ": line 2 has 1 field, not 2 as the first line");
  EXPECT_EQ(refusal("h,height,w,a\n1,2,3,4\n1, tall ,3,4\n"),
            ": line 3, column 'height' (2 of 4): 'tall' is not a number");
  EXPECT_EQ(refusal("1,2\n3,True\n"), ": line 2, column '1' (2 of 2): 'True' is not a number");
  EXPECT_EQ(refusal("x\n1\n" + std::string(50, 'y') + "\n"),
            ": line 3, column 'x' (1 of 1): '" + std::string(40, 'y') + "...' is not a number");
  EXPECT_EQ(refusal("a,b\n1,2\n3,\"4\n5,6\n"), ": the quote opened on line 3 is never closed");
  EXPECT_EQ(refusal("\"a,b\n1,2\n"), ": the quote opened on line 1 is never closed");
  EXPECT_EQ(refusal({"1,2\n3,\0\n", 8}), ": line 2 holds a NUL byte: this is no text file");
  EXPECT_EQ(refusal({"\xff\xfe"
                     "1\0,\0",
                     6}),
            ": line 1 holds a NUL byte: this is no text file (it begins as UTF-16 does: save it as UTF-8)");
  EXPECT_EQ(refusal("a,b\r1,2\r"), ": line 1 has a carriage return (CR) inside: end lines with LF or CRLF");
  EXPECT_THROW(inspect_csv(path_ + "x", ','), IoError);
}

TEST_F(Csv, what_cannot_have_been_found_is_refused) {
  const MatrixInfo info = inspect("a,b\n1,2\n3,4\n");
  EXPECT_NO_THROW(check_csv(info));
  EXPECT_NO_THROW(check_csv(inspect("a,b\n"))) << "without rows";
  const auto index = CsvIndex::decode(ByteReader(info.index));
  const auto refused = [&](const auto& change) {
    MatrixInfo other = info;
    CsvIndex its = index;
    change(other, its);
    other.index = its.encode();
    EXPECT_THROW((void)open_csv(other), InputError);
  };
  refused([](MatrixInfo& i, CsvIndex&) { i.rows = std::uint64_t{1} << 60; });
  refused([](MatrixInfo& i, CsvIndex&) { i.columns = std::uint64_t{1} << 60; });
  refused([](MatrixInfo& i, CsvIndex&) { i.rows = 0; });
  refused([](MatrixInfo& i, CsvIndex&) { i.types = {ElementType::float32}; });
  refused([](MatrixInfo& i, CsvIndex&) { i.names.pop_back(); });
  refused([](MatrixInfo& i, CsvIndex&) { i.chunk.reset(); });
  refused([](MatrixInfo& i, CsvIndex&) { i.contiguous = Contiguous::columns; });
  refused([](MatrixInfo&, CsvIndex& c) { c.rows_per_chunk = 0; });
  refused([](MatrixInfo&, CsvIndex& c) { c.file_size = UINT64_MAX; });
  refused([](MatrixInfo&, CsvIndex& c) { c.chunks.push_back(0); });
  refused([](MatrixInfo&, CsvIndex& c) { c.chunks.back() = 1000; });
  refused([](MatrixInfo&, CsvIndex& c) { c.chunks.clear(); });
}

TEST_F(Csv, a_file_that_changed_is_refused) {
  const MatrixInfo info = inspect("1,2\n3,4\n");
  const auto reader = open_csv(info);
  Tile tile;
  for (const char* text : {"1,234567", "1,2\n3\n4\n", "1\n,3,4\n\n", "\n\n\n\n1,2\n"}) {
    write(text);
    EXPECT_THROW(reader->read({{0, 2}, {0, 2}}, tile), IoError) << text;
  }
  write("1,2\n3,4\n5,6\n");
  try {
    (void)open_csv(info);
    FAIL();
  } catch (const IoError& error) {
    EXPECT_EQ(error.what(), path_ + " changed while it was read");
  }
}

TEST_F(Csv, threads_may_read_at_once) {
  std::string text;
  for (int r = 0; r < 1000; ++r) text += std::to_string(r) + "," + std::to_string(-r) + "\n";
  const auto reader = open_csv(inspect(text, ',', {100}));
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Tile tile;
      for (std::uint64_t r = t; r + 10 <= 1000; r += 3) {
        ASSERT_NO_THROW(reader->read({{r, r + 10}, {1, 2}}, tile));
        for (std::uint64_t i = 0; i < 10; ++i) EXPECT_EQ(tile.data<double>()[i], -static_cast<double>(r + i));
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST_F(Csv, files_of_many_pieces_are_read_as_one) {
  constexpr std::uint64_t rows = 600000;
  std::string text = "i,\"twice\n\"\n";
  for (std::uint64_t r = 0; r < rows; ++r) text += std::to_string(r) + "," + std::to_string(2 * r) + "\n";
  write(text);
  const MatrixInfo info = inspect_csv(path_, ',');
  ASSERT_EQ(info.rows, rows);
  EXPECT_EQ(info.chunk, (ChunkShape{262144, 2})) << "about 4 MiB";
  const auto reader = open_csv(info);
  Tile tile;
  for (const auto& range : {blocks::Range{0, 1}, {262143, 262145}, {524288, 524289}, {rows - 1, rows}, {100, rows}}) {
    reader->read({range, {0, 2}}, tile);
    for (std::uint64_t i = 0; i < range.size(); ++i) {
      ASSERT_EQ(tile.data<double>()[2 * i], static_cast<double>(range.begin + i));
      ASSERT_EQ(tile.data<double>()[2 * i + 1], static_cast<double>(2 * (range.begin + i)));
    }
  }
  EXPECT_EQ(refusal(text + "7\n"), ": line 600003 has 1 field, not 2 as the first line");
  EXPECT_EQ(refusal(text + "7,\"8\n9"), ": the quote opened on line 600003 is never closed");
  EXPECT_EQ(refusal(text + "7,x\n"), ": line 600003, column 'twice?' (2 of 2): 'x' is not a number");
  EXPECT_EQ(refusal(text + std::string(1, '\0')), ": line 600003 holds a NUL byte: this is no text file");
}

}  // namespace
}  // namespace rankwise::storage
