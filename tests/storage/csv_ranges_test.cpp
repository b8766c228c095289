#include "rankwise/storage/csv_ranges.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/storage/csv_files.hpp"

namespace rankwise::storage {
namespace {

/// What one scan says, byte after byte; nothing where it says that something is wrong.
std::optional<CsvRows> rows_of(const std::string& text, const CsvScan::Options& options) {
  CsvScan scan(options);
  scan.add(std::span(text).subspan(static_cast<std::size_t>(options.offset)));
  scan.finish();
  const bool nul = text.find('\0') != std::string::npos;
  if (nul || scan.ragged() || scan.open_quote()) return std::nullopt;
  return CsvRows{scan.records(), scan.chunks()};
}

std::uint64_t size_of_range(const std::string& text, std::uint64_t ranges) {
  return std::max<std::uint64_t>((text.size() + ranges - 1) / ranges, 1);
}

class CsvRangesTest : public test::CsvTest {
 protected:
  void rewrite(const std::string& text) const {
    std::filesystem::remove(path_);
    write(text);
  }

  /// Compares a scan of ranges with one scan.
  void expect_same_rows(const std::string& text, const CsvScan::Options& options, const CsvRanges& ranges) const {
    SCOPED_TRACE(::testing::Message() << ranges.range.value << " bytes a range, places after " << ranges.places.value
                                      << ", chunks of " << options.chunk.value << ", " << ranges.threads
                                      << " threads, from " << options.offset << ", " << options.columns << " columns");
    const auto expected = rows_of(text, options);
    const auto found = scan_ranges(CsvText(path_), options, ranges);
    ASSERT_EQ(found.has_value(), expected.has_value());
    if (!found) return;
    ASSERT_EQ(found->rows, expected->rows);
    ASSERT_EQ(found->chunks.rows_per_chunk(), expected->chunks.rows_per_chunk());
    ASSERT_EQ(found->chunks.begins(), expected->chunks.begins());
  }

  /// In 1 to 9 ranges, and in as many as there are bytes.
  void expect_same_rows(const std::string& text, const CsvScan::Options& options) const {
    SCOPED_TRACE(::testing::PrintToString(text.substr(0, 2000)));
    rewrite(text);
    for (const std::uint64_t ranges : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 1000U}) {
      for (const std::uint64_t places : {0U, 20U, 1000U}) {
        const CsvRanges cut{
            .range = {size_of_range(text, ranges)}, .places = {places}, .threads = static_cast<int>(ranges % 3) + 1};
        ASSERT_NO_FATAL_FAILURE(expect_same_rows(text, options, cut));
      }
    }
  }

  /// All that inspecting says, or the error.
  std::string outcome(const CsvInspection& how) const {
    try {
      ByteWriter out;
      inspect_csv(path_, ',', how).encode(out);
      const auto bytes = out.take();
      return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    } catch (const InputError& error) {
      return error.what();
    }
  }

  void expect_same_outcome(const std::string& text, Bytes chunk) const {
    SCOPED_TRACE(::testing::PrintToString(text.substr(0, 2000)));
    rewrite(text);
    const std::string one = outcome({.chunk = chunk});
    for (std::uint64_t ranges = 1; ranges <= 9; ++ranges) {
      const CsvRanges cut{.range = {size_of_range(text, ranges)}, .places = {50}, .threads = 2};
      ASSERT_EQ(outcome({.chunk = chunk, .ranges = cut}), one) << ranges << " ranges";
    }
  }
};

/// Lines of `columns` fields as people and programs write them, and with what goes wrong once in a while.
std::string random_lines(std::mt19937& random, std::size_t columns) {
  const auto one_of = [&](std::initializer_list<const char*> choices) {
    return std::string(*(choices.begin() + random() % choices.size()));
  };
  const auto field = [&]() -> std::string {
    switch (random() % 16) {
      case 0:
        return one_of({"\"a\nb\"", "\"\n\"", "\"1,2\n3,4\n5,6\"", "\"\r\n\r\n\"", "\",\"\"\n\"\",\""});
      case 1:
        return one_of({"\"\"", "\"\"\"\"", "\"say \"\"5\"\"\"", "\"x\"y", "\"x\"\"", "5\"", " \"1\"", "a\"b\nc"});
      case 2:
        return random() % 8 == 0 ? '"' + std::string(random() % 300, random() % 2 == 0 ? '\n' : 'x') + '"' : "";
      default:
        return one_of({"1", "22", "-3.5", "1e5", "", " ", "12345.6789"});
    }
  };
  const bool sound = random() % 3 != 0;
  const std::string end = random() % 2 == 0 ? "\n" : "\r\n";
  const std::size_t lines = random() % 60;
  std::string text;
  for (std::size_t line = 0; line < lines; ++line) {
    while (random() % 8 == 0) text += one_of({"", " ", "  \f"}) + end;
    const std::size_t fields = sound || random() % 64 != 0 ? columns : 1 + random() % 5;
    for (std::size_t i = 0; i < fields; ++i) text += (i == 0 ? "" : ",") + field();
    if (!sound && random() % 256 == 0) text += one_of({"\"", ",\"", "x"});
    if (!sound && random() % 512 == 0) text += std::string(1, '\0');
    text += end;
  }
  if (random() % 3 == 0 && text.ends_with(end)) text.resize(text.size() - end.size());
  return text;
}

TEST_F(CsvRangesTest, random_tables_have_the_rows_that_one_scan_finds) {
  std::mt19937 random(5);
  for (int i = 0; i < 400 && !HasFatalFailure(); ++i) {
    const std::size_t columns = 1 + random() % 4;
    expect_same_rows(random_lines(random, columns),
                     {.columns = random() % 8 == 0 ? 2 : columns, .chunk = {random() % 3 == 0 ? 0 : random() % 300}});
  }
}

TEST_F(CsvRangesTest, random_bytes_have_the_rows_that_one_scan_finds) {
  std::mt19937 random(6);
  const std::string_view letters = "1111,,\n\n\"\"\" \r";
  for (int i = 0; i < 400 && !HasFatalFailure(); ++i) {
    std::string text;
    const std::size_t length = random() % 300, used = 1 + random() % letters.size();
    while (text.size() < length) text.append(random() % 16 == 0 ? 1 + random() % 70 : 1, letters[random() % used]);
    expect_same_rows(text, {.offset = random() % (text.size() + 1), .columns = 1 + random() % 2, .chunk = {40}});
  }
}

TEST_F(CsvRangesTest, random_tables_are_described_alike_and_refused_alike) {
  std::mt19937 random(7);
  for (int i = 0; i < 150 && !HasFatalFailure(); ++i) {
    const std::string start = random() % 4 == 0 ? "\xef\xbb\xbf" : "";
    const std::string header = random() % 3 == 0 ? "a,\"b\nc\"\n" : "";
    expect_same_outcome(start + header + random_lines(random, 2), {random() % 200});
  }
}

TEST_F(CsvRangesTest, rare_texts_have_the_rows_that_one_scan_finds) {
  const std::string lines = "1,2\n3,4\n5,6\n";
  std::string many, long_rows_after_short;
  for (std::size_t i = 0; i < 300; ++i) many += std::to_string(i) + ",\"" + std::string(i % 7, '\n') + "\"\n";
  for (int i = 0; i < 300; ++i) long_rows_after_short += "1," + std::string(i < 250 ? 0 : 200, '2') + "\n";
  for (const std::string& text :
       {std::string(), std::string("1,2"), std::string("\n"), lines, many, long_rows_after_short,
        lines + "7,\"" + std::string(2000, 'x') + "\"\n" + lines,                  // a field over several ranges
        lines + "7,\"" + std::string(2000, '\n') + "\"\n" + lines,                 // that looks like blank lines
        lines + "7,\"1,2\n" + many.substr(0, 20) + lines + lines + "\"\n" + many,  // and like rows
        "1,\"\n\",\"\n" + lines + lines + "\n,\"\n\",2\n",                         // and like quoted fields
        "1,\"" + std::string(500, '"') + "\"\n" + lines, lines + std::string(500, '\n'), lines + std::string(500, ' '),
        many + "7\n", many + "7,8,9", "1\n" + many, many + "7,\"" + many, "1,\"2" + many,
        many + std::string(1, '\0') + many}) {
    for (const std::uint64_t chunk : {0U, 1U, 64U, 5000U}) {
      expect_same_rows(text, {.columns = 2, .chunk = {chunk}});
    }
    expect_same_outcome(text, {64});
  }
}

TEST_F(CsvRangesTest, ranges_of_the_usual_size_have_the_rows_that_one_scan_finds) {
  std::mt19937 random(8);
  std::string text;
  while (text.size() < (std::size_t{20} << 20)) {
    text += std::to_string(random());
    text += random() % 16 == 0 ? ",\"a\nb\"\n" : ",1\n";
    if (random() % 100000 == 0) text += "1,\"" + std::string(std::size_t{1} << 20, '\n') + "\"\n";
  }
  rewrite(text);
  for (const int threads : {1, 2, 5}) {
    expect_same_rows(text, {.columns = 2, .chunk = mebibytes(1)}, {.threads = threads});
  }
}

}  // namespace
}  // namespace rankwise::storage
