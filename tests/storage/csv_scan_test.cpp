#include "rankwise/storage/csv_scan.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <string>
#include <string_view>

#include "rankwise/storage/csv_fields.hpp"

namespace rankwise::storage {
namespace {

/// What one byte after another says about a text, in the plainest way.
struct Plain {
  struct Record {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t fields = 0;
  };
  std::vector<Record> records = {};
  std::optional<std::uint64_t> open_quote = {};

  Plain(std::string_view text, char separator) {
    std::uint64_t i = 0;
    while (i < text.size()) {
      Record record{i, i, 1};
      bool blank = true, field_begins = true, newline = false;
      for (; i < text.size() && !newline; ++i) {
        if (field_begins && text[i] == '"') {
          const std::uint64_t quote = i++;
          while (i < text.size() && (text[i] != '"' || (i + 1 < text.size() && text[i + 1] == '"'))) {
            i += text[i] == '"' ? 2 : 1;
          }
          if (i >= text.size()) {
            open_quote = quote;
            return;
          }
          blank = field_begins = false;
          continue;
        }
        newline = text[i] == '\n';
        field_begins = text[i] == separator;
        if (field_begins) ++record.fields;
        if (field_begins || std::string_view(" \t\r\n\v\f").find(text[i]) == std::string_view::npos) blank = false;
      }
      record.end = i;
      if (!blank) records.push_back(record);
    }
  }
};

/// A scan whose index has every row, fed with pieces of so many bytes.
CsvScan scan_of(std::string_view text, char separator, std::size_t piece) {
  CsvScan scan({.separator = separator});
  for (std::size_t at = 0; at < text.size(); at += piece) scan.add(text.substr(at, piece));
  scan.finish();
  return scan;
}

void expect_plain(std::string_view text, char separator, std::size_t piece) {
  const Plain plain(text, separator);
  const CsvScan scan = scan_of(text, separator, piece);
  ASSERT_EQ(scan.open_quote(), plain.open_quote);
  ASSERT_EQ(scan.records(), plain.records.size());
  ASSERT_EQ(scan.chunks().begins().size(), plain.records.size());
  if (plain.records.empty()) return;
  ASSERT_EQ(scan.columns(), plain.records[0].fields);
  ASSERT_EQ(scan.first_record(), (blocks::Range{plain.records[0].begin, plain.records[0].end}));
  std::optional<CsvScan::Ragged> ragged;
  for (std::size_t i = 0; i < plain.records.size(); ++i) {
    ASSERT_EQ(scan.chunks().begins()[i], i == 0 ? 0 : plain.records[i - 1].end);
    if (!ragged && plain.records[i].fields != plain.records[0].fields) {
      ragged = {plain.records[i].begin, plain.records[i].fields};
    }
  }
  ASSERT_EQ(scan.ragged().has_value(), ragged.has_value());
  if (!ragged) return;
  ASSERT_EQ(scan.ragged()->offset, ragged->offset);
  ASSERT_EQ(scan.ragged()->fields, ragged->fields);
}

/// The parser has to see the same records as the scan, or it would read rows that the index does not know.
void expect_parsed_alike(std::string_view text, char separator) {
  const Plain plain(text, separator);
  if (plain.open_quote) return;
  CsvRecords split(text, separator), read(text, separator);
  for (const auto& record : plain.records) {
    ASSERT_TRUE(split.find());
    ASSERT_TRUE(read.find());
    std::uint64_t fields = 0;
    while (const auto field = split.field()) {
      ++fields;
      ASSERT_GE(field->data(), text.data() + record.begin);
      ASSERT_LE(field->data() + field->size(), text.data() + record.end);
    }
    ASSERT_EQ(fields, record.fields);
    std::vector<double> values(fields);
    const CsvRecord all = read.values({0, fields}, values.data());
    if (all.unreadable) {
      ASSERT_LT(all.fields, fields);
      read.skip();
    } else {
      ASSERT_EQ(all.fields, fields);
    }
  }
  ASSERT_FALSE(split.find());
  ASSERT_FALSE(read.find());
}

void expect_agreement(const std::string& text, char separator) {
  SCOPED_TRACE(::testing::PrintToString(text));
  ASSERT_NO_FATAL_FAILURE(expect_plain(text, separator, text.size() + 1));
  ASSERT_NO_FATAL_FAILURE(expect_plain(text, separator, 61));
  ASSERT_NO_FATAL_FAILURE(expect_parsed_alike(text, separator));
}

/// Every text of so many letters, counted up.
template <class Act>
void for_each_text(std::string_view letters, std::size_t length, Act act) {
  std::vector<std::size_t> digits(length, 0);
  std::string text(length, letters[0]);
  for (std::size_t i = 0; i < length;) {
    act(text);
    for (i = 0; i < length; ++i) {
      digits[i] = (digits[i] + 1) % letters.size();
      text[i] = letters[digits[i]];
      if (digits[i] != 0) break;
    }
  }
}

TEST(CsvScan, every_short_text_has_the_records_that_bytes_one_by_one_say) {
  for (std::size_t length = 0; length <= 6; ++length) {
    for_each_text("1,\"\n\r ", length, [](const std::string& text) { expect_agreement(text, ','); });
    if (HasFatalFailure()) return;
  }
  for_each_text("1\t\"\n\r ", 5, [](const std::string& text) { expect_agreement(text, '\t'); });
}

TEST(CsvScan, every_short_text_across_the_border_of_two_blocks_has_them_too) {
  const std::string lines = "1,2\n3,4\n5,6\n7,8\n9,1\n2,3\n4,5\n6,7\n8,9\n1,2\n3,4\n5,6\n7,8\n9,0\n1,2\n";
  ASSERT_EQ(lines.size(), 60U);
  const std::string quoted = "1,\"" + lines.substr(3);
  for_each_text("1,\"\n\r ", 5, [&](const std::string& text) {
    for (const auto& before : {lines, lines + "1", quoted, quoted.substr(0, 59) + "\""}) {
      expect_agreement(before + text + "3,4\n" + lines + "5,6", ',');
    }
  });
}

TEST(CsvScan, random_texts_have_the_records_that_bytes_one_by_one_say) {
  std::mt19937 random(7);
  const std::string_view letters = "111112345,,,,\n\n\"\"\"  \r\ta.";
  for (int i = 0; i < 20000 && !HasFatalFailure(); ++i) {
    std::string text;
    const std::size_t length = random() % 300, used = 1 + random() % letters.size();
    while (text.size() < length) {
      const std::size_t repeats = random() % 16 == 0 ? 1 + random() % 130 : 1;
      text.append(repeats, letters[random() % used]);
    }
    expect_agreement(text, i % 2 == 0 ? ',' : '\t');
  }
}

TEST(CsvScan, an_open_quote_is_the_one_that_opened_the_field) {
  const std::string text = "a,\"b\"\n" + std::string(100, '1') + ",\"x\"\"\n" + std::string(200, '2') + "\"\"";
  EXPECT_EQ(scan_of(text, ',', 64).open_quote(), text.find("\"x"));
  EXPECT_EQ(scan_of(text, ',', 64).records(), 1U) << "the record with the open quote does not count";
}

TEST(CsvScan, chunks_hold_about_the_bytes_asked_for_and_begin_where_their_rows_do) {
  std::mt19937 random(1);
  for (const unsigned longest : {1U, 10U, 100U, 3000U}) {
    std::string text;
    std::vector<std::uint64_t> begins;
    while (text.size() < 200000) {
      begins.push_back(text.size());
      text += std::string(1 + random() % longest, '1') + "\n";
    }
    CsvScan scan({.offset = 5, .columns = 1, .chunk = {1000}});
    scan.add(text);
    scan.finish();
    ASSERT_FALSE(scan.ragged());
    const std::uint64_t rows = scan.chunks().rows_per_chunk();
    EXPECT_TRUE(std::has_single_bit(rows));
    ASSERT_EQ(scan.chunks().begins().size(), (begins.size() + rows - 1) / rows);
    for (std::size_t c = 0; c < scan.chunks().begins().size(); ++c)
      ASSERT_EQ(scan.chunks().begins()[c], 5 + begins[c * rows]);
    const double mean = static_cast<double>(text.size()) / static_cast<double>(scan.chunks().begins().size());
    EXPECT_GT(mean, 650) << longest;
    if (rows > 1) {
      EXPECT_LT(mean, 2000) << longest;
    }
  }
}

TEST(CsvScan, no_chunk_begins_where_the_text_ends) {
  for (const char* text : {"", "\n \n"}) EXPECT_TRUE(scan_of(text, ',', 100).chunks().begins().empty());
  for (const char* text : {"1\n2\n", "1\n2", "1\n2\n\n", "1\n2\n "}) {
    EXPECT_EQ(scan_of(text, ',', 100).chunks().begins(), (std::vector<std::uint64_t>{0, 2})) << text;
  }
}

}  // namespace
}  // namespace rankwise::storage
