#include "rankwise/storage/csv.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <random>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/csv_inspection.hpp"
#include "tests/storage/csv_files.hpp"
#include "tests/storage/csv_oracle.hpp"

namespace rankwise::storage {
namespace {

using namespace test;

/// NaN equals NaN here, and 0 does not equal -0.
bool same(double a, double b) {
  return std::isnan(a) ? std::isnan(b) : std::memcmp(&a, &b, sizeof a) == 0;
}

/// Reads one region and compares each value, or the error, with the oracle.
void expect_region(const MatrixReader& reader, const std::string& path, const Oracle& oracle, const Region& region,
                   Tile& tile) {
  const std::size_t header = oracle.has_header() ? 1 : 0;
  std::string expected, message;
  for (auto r = region.rows.begin; r < region.rows.end && expected.empty(); ++r) {
    for (auto c = region.columns.begin; c < region.columns.end && expected.empty(); ++c) {
      const auto& field = oracle.records[header + r][c];
      if (!field.value()) expected = path + oracle.refusal_of(field, c);
    }
  }
  try {
    reader.read(region, tile);
  } catch (const InputError& error) {
    message = error.what();
  }
  ASSERT_EQ(message, expected);
  if (!expected.empty()) return;
  ASSERT_EQ(tile.type(), ElementType::float64);
  ASSERT_EQ(tile.contiguous(), Contiguous::rows);
  ASSERT_EQ(tile.rows(), region.rows.size());
  ASSERT_EQ(tile.columns(), region.columns.size());
  const double* value = tile.data<double>();
  for (auto r = region.rows.begin; r < region.rows.end; ++r) {
    for (auto c = region.columns.begin; c < region.columns.end; ++c, ++value) {
      ASSERT_TRUE(same(*value, oracle.records[header + r][c].value().value())) << "row " << r << ", column " << c;
    }
  }
}

/// Compares inspecting the text and reading every region of it, so much at a time, with the oracle.
void expect_oracle(const std::string& path, const std::string& text, char separator, Bytes chunk, Bytes piece = {100}) {
  SCOPED_TRACE(::testing::PrintToString(text));
  // File systems write a file that was cut and filled again to disk at once; a new one may stay in memory.
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary) << text;
  const Oracle oracle(text, separator);
  MatrixInfo info;
  std::string message;
  try {
    info = inspect_csv(path, separator, {.chunk = chunk});
  } catch (const InputError& error) {
    message = std::string(error.what()).substr(path.size());
  }
  ASSERT_EQ(message, oracle.refusal());
  if (!message.empty()) return;
  const bool header = oracle.has_header();
  ASSERT_EQ(info.rows, oracle.records.size() - (header ? 1 : 0));
  ASSERT_EQ(info.columns, oracle.records[0].size());
  ASSERT_EQ(info.names.size(), header ? info.columns : 0);
  for (std::size_t c = 0; c < info.columns; ++c) ASSERT_EQ(info.name_of(c), oracle.name(c));
  const auto reader = open_csv(info, piece);
  Tile tile;
  for (std::uint64_t r = 0; r <= info.rows; ++r) {
    for (std::uint64_t r_end = r; r_end <= info.rows; ++r_end) {
      for (std::uint64_t c = 0; c <= info.columns; ++c) {
        for (std::uint64_t c_end = c; c_end <= info.columns; ++c_end) {
          ASSERT_NO_FATAL_FAILURE(expect_region(*reader, path, oracle, {{r, r_end}, {c, c_end}}, tile));
        }
      }
    }
  }
}

/// A table as people and programs write them.
std::string random_csv(std::mt19937& random, char separator) {
  const auto one_of = [&](std::initializer_list<const char*> choices) {
    return std::string(*(choices.begin() + random() % choices.size()));
  };
  const std::string end = random() % 2 == 0 ? "\n" : "\r\n";
  const std::size_t columns = 1 + random() % 4, rows = random() % 16;
  const auto quoted = [&](const std::string& text) { return '"' + text + '"'; };
  const auto field = [&]() -> std::string {
    const std::string number = one_of({"1", "-2.5", "1e3", "+7", "0.1", "-0", "123456789.123456789", "1e400"});
    switch (random() % 12) {
      case 0:
        return quoted(number);
      case 1:
        return " " + number + " ";
      case 2:
        return quoted(one_of({"\n", " ", "\r\n"}) + number + one_of({"\n", " ", ""}));
      case 3:
        return one_of({"", "NA", "nan", " null ", "\"\"", "\"N/A\"", "-1.#IND"});
      case 4:
        return one_of({"inf", "-Infinity", "\"+INF\""});
      case 5:
        return random() % 8 != 0
                   ? number
                   : one_of({"tall", "\"a,b\tc\"", "\"x\ny\"", "\"say \"\"5\"\"\"", "5\"", "\"1\"2", " \"1\""});
      default:
        return number;
    }
  };
  std::string text = random() % 4 == 0 ? "\xef\xbb\xbf" : "";
  const auto add_line = [&](const auto& make) {
    while (random() % 6 == 0) text += one_of({"", " ", "  \f"}) + end;
    for (std::size_t c = 0; c < columns; ++c) {
      if (c > 0) text += separator;
      text += make();
    }
    text += end;
  };
  if (random() % 3 != 0) {
    add_line([&] {
      return one_of({"x", "height (m)", "", "\"a,\tb\"", "\"two\nlines\"", "\"6\"\" pipe\"", " y", "5\""});
    });
  }
  for (std::size_t r = 0; r < rows; ++r) add_line(field);
  if (random() % 3 == 0 && text.ends_with(end)) text.resize(text.size() - end.size());
  return text;
}

class CsvOracle : public test::CsvTest {};

TEST_F(CsvOracle, every_short_text_is_read_as_the_oracle_reads_it) {
  const std::string_view letters = "1,\"\n\ra";
  for (std::size_t count = 0; count < 6 * 6 * 6 * 6 * 6 && !HasFatalFailure(); ++count) {
    std::string text;
    for (std::size_t left = count; left > 0; left /= 6) text += letters[left % 6];
    expect_oracle(path_, text, ',', {1}, {1 + count % 3});
  }
}

TEST_F(CsvOracle, every_region_of_random_tables_is_read_as_the_oracle_reads_it) {
  std::mt19937 random(20);
  for (int i = 0; i < 400 && !HasFatalFailure(); ++i) {
    const char separator = i % 4 == 0 ? '\t' : ',';
    const std::string text = random_csv(random, separator);
    expect_oracle(path_, text, separator, {1 + random() % 64}, {1 + random() % 40});
  }
}

TEST_F(CsvOracle, every_truncation_and_every_changed_byte_is_read_as_the_oracle_reads_it) {
  const std::string text = "a,\"b,\n\"\r\n1.5,\"2\"\n\n-3e2, NA\r\n,inf\n";
  for (std::size_t i = 0; i < text.size() && !HasFatalFailure(); ++i) {
    expect_oracle(path_, text.substr(0, i), ',', {8}, {1 + i % 5});
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      // Bytes beyond ASCII are shown as '?'; the oracle knows no UTF-8.
      if (bit < 7)
        expect_oracle(path_, changed, ',', {8}, {1 + i % 5});
      else
        (void)refusal(changed);
    }
    for (const char byte : {',', '\n', '\r', '"', ' ', '\0', '.'}) {
      std::string changed = text;
      changed[i] = byte;
      expect_oracle(path_, changed, ',', {8}, {1 + i % 5});
    }
  }
}

}  // namespace
}  // namespace rankwise::storage
