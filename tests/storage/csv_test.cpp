#include "rankwise/storage/csv.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/csv_scan.hpp"

namespace rankwise::storage {
namespace {

/// A folder that goes with the test.
class Csv : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() /
        ("rankwise-csv-" + std::to_string(getpid()) + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    path_ = (folder_ / "table.csv").string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(std::string_view text) const { std::ofstream(path_, std::ios::binary) << text; }

  MatrixInfo inspect(std::string_view text, char separator = ',', Bytes chunk = {1}) const {
    write(text);
    return inspect_csv(path_, separator, chunk);
  }

  /// What inspecting it, or then reading all of it, says without the path.
  std::string refusal(std::string_view text, char separator = ',') const {
    try {
      const MatrixInfo info = inspect(text, separator);
      Tile tile;
      open_csv(info)->read({{0, info.rows}, {0, info.columns}}, tile);
    } catch (const InputError& error) {
      const std::string message = error.what();
      EXPECT_TRUE(message.starts_with(path_)) << message;
      return message.substr(path_.size());
    }
    return "none";
  }

  std::filesystem::path folder_;
  std::string path_;
};

std::vector<double> all_of(const MatrixInfo& info) {
  Tile tile;
  open_csv(info)->read({{0, info.rows}, {0, info.columns}}, tile);
  return {tile.data<double>(), tile.data<double>() + info.rows * info.columns};
}

/// NaN equals NaN here, and 0 does not equal -0.
bool same(double a, double b) {
  return std::isnan(a) ? std::isnan(b) : std::memcmp(&a, &b, sizeof a) == 0;
}

// The oracle: a state machine that takes one character at a time, and strtod.

std::string without_space_around(std::string text) {
  const char* space = " \t\r\n\v\f";
  text.erase(0, text.find_first_not_of(space));
  text.erase(text.find_last_not_of(space) + 1);
  return text;
}

struct OracleField {
  std::size_t offset = 0;
  std::string raw = {};
  std::string inner = {};  // between quotes, with the doubled ones as one
  std::string outer = {};  // after the closing quote
  bool quoted = false;

  [[nodiscard]] std::string text() const { return quoted && without_space_around(outer).empty() ? inner : raw; }
  [[nodiscard]] std::optional<double> value() const {
    static const std::set<std::string> missing{"",     "#N/A",   "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN", "-NaN",
                                               "-nan", "1.#IND", "1.#QNAN",  "<NA>", "N/A",     "NA",       "NULL",
                                               "NaN",  "None",   "n/a",      "nan",  "null"};
    const std::string word = without_space_around(text());
    if (missing.contains(word)) return std::numeric_limits<double>::quiet_NaN();
    std::string lower = word;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const std::string unsigned_word = lower.substr(lower[0] == '+' || lower[0] == '-' ? 1 : 0);
    const bool infinite = unsigned_word == "inf" || unsigned_word == "infinity";
    // strtod alone would take hexadecimal numbers and NaN in any case.
    if (!infinite && word.find_first_not_of("0123456789+-.eE") != std::string::npos) return std::nullopt;
    char* end = nullptr;
    const double value = std::strtod(word.c_str(), &end);
    return *end == '\0' && end != word.c_str() ? std::optional(value) : std::nullopt;
  }
};

struct Oracle {
  std::string text;
  std::vector<std::vector<OracleField>> records = {};
  std::optional<std::size_t> open_quote = {};

  Oracle(std::string bytes, char separator) : text(std::move(bytes)) {
    enum class State { begin, plain, quoted, quote_in_quoted };
    State state = State::begin;
    std::size_t quote = 0, i = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
    std::vector<OracleField> record{{.offset = i}};
    const auto end_record = [&](std::size_t next) {
      auto& last = record.back().raw;
      if (last.ends_with('\r')) last.pop_back();
      if (record.size() > 1 || !without_space_around(last).empty()) records.push_back(record);
      record.assign(1, {.offset = next});
    };
    for (; i < text.size(); ++i) {
      const char c = text[i];
      OracleField& field = record.back();
      if (state == State::quoted) {
        field.raw += c;
        if (c == '"')
          state = State::quote_in_quoted;
        else
          field.inner += c;
      } else if (c == '"' && state == State::quote_in_quoted) {
        field.raw += c;
        field.inner += c;
        state = State::quoted;
      } else if (c == '"' && state == State::begin) {
        field.raw += c;
        field.quoted = true;
        state = State::quoted;
        quote = i;
      } else if (c == separator || c == '\n') {
        state = State::begin;
        if (c == '\n')
          end_record(i + 1);
        else
          record.push_back({.offset = i + 1});
      } else {
        field.raw += c;
        if (field.quoted) field.outer += c;
        state = State::plain;
      }
    }
    if (state == State::quoted)
      open_quote = quote;
    else
      end_record(i);
  }

  [[nodiscard]] std::string line(std::size_t offset) const {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(offset);
    return "line " + std::to_string(1 + std::count(text.begin(), end, '\n'));
  }

  [[nodiscard]] bool has_header() const {
    return std::any_of(records[0].begin(), records[0].end(), [](const auto& field) { return !field.value(); });
  }

  /// Without the path; nothing where the file can be inspected.
  [[nodiscard]] std::string refusal() const {
    const auto never_closed = [&] { return ": the quote opened on " + line(*open_quote) + " is never closed"; };
    if (const auto nul = text.find('\0'); nul != std::string::npos) {
      return ": " + line(nul) + " holds a NUL byte: this is no text file";
    }
    if (records.empty()) return open_quote ? never_closed() : " is empty";
    for (const auto& field : records[0]) {
      if (has_header() && !field.quoted && field.raw.find('\r') != std::string::npos) {
        return ": " + line(records[0][0].offset) + " has a carriage return (CR) inside: end lines with LF or CRLF";
      }
    }
    for (const auto& record : records) {
      if (record.size() == records[0].size()) continue;
      return ": " + line(record[0].offset) + " has " + std::to_string(record.size()) + " field" +
             (record.size() == 1 ? "" : "s") + ", not " + std::to_string(records[0].size()) + " as the first line";
    }
    return open_quote ? never_closed() : "";
  }

  [[nodiscard]] std::string name(std::size_t column) const {
    const std::string text_there = has_header() ? records[0][column].text() : "";
    return text_there.empty() ? std::to_string(column) : text_there;
  }

  /// The message without the path that reading the field ends with. Texts here are short and printable enough.
  [[nodiscard]] std::string refusal_of(const OracleField& field, std::size_t column) const {
    const auto shown = [](std::string text_shown) {
      for (char& c : text_shown) {
        if (c < ' ' || c == '\x7f') c = '?';
      }
      return text_shown;
    };
    return ": " + line(field.offset) + ", column '" + shown(name(column)) + "' (" + std::to_string(column + 1) +
           " of " + std::to_string(records[0].size()) + "): '" + shown(without_space_around(field.text())) +
           "' is not a number";
  }
};

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

/// Compares inspecting the text and reading every region of it with the oracle.
void expect_oracle(const std::string& path, const std::string& text, char separator, Bytes chunk) {
  SCOPED_TRACE(::testing::PrintToString(text));
  // File systems write a file that was cut and filled again to disk at once; a new one may stay in memory.
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary) << text;
  const Oracle oracle(text, separator);
  MatrixInfo info;
  std::string message;
  try {
    info = inspect_csv(path, separator, chunk);
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
  const auto reader = open_csv(info);
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

TEST_F(Csv, every_short_text_is_read_as_the_oracle_reads_it) {
  const std::string_view letters = "1,\"\n\ra";
  for (std::size_t count = 0; count < 6 * 6 * 6 * 6 * 6 && !HasFatalFailure(); ++count) {
    std::string text;
    for (std::size_t left = count; left > 0; left /= 6) text += letters[left % 6];
    expect_oracle(path_, text, ',', {1});
  }
}

TEST_F(Csv, every_region_of_random_tables_is_read_as_the_oracle_reads_it) {
  std::mt19937 random(20);
  for (int i = 0; i < 400 && !HasFatalFailure(); ++i) {
    const char separator = i % 4 == 0 ? '\t' : ',';
    const std::string text = random_csv(random, separator);
    expect_oracle(path_, text, separator, {1 + random() % 64});
  }
}

TEST_F(Csv, every_truncation_and_every_changed_byte_is_read_as_the_oracle_reads_it) {
  const std::string text = "a,\"b,\n\"\r\n1.5,\"2\"\n\n-3e2, NA\r\n,inf\n";
  for (std::size_t i = 0; i < text.size() && !HasFatalFailure(); ++i) {
    expect_oracle(path_, text.substr(0, i), ',', {8});
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      // Bytes beyond ASCII are shown as '?'; the oracle knows no UTF-8.
      if (bit < 7)
        expect_oracle(path_, changed, ',', {8});
      else
        (void)refusal(changed);
    }
    for (const char byte : {',', '\n', '\r', '"', ' ', '\0', '.'}) {
      std::string changed = text;
      changed[i] = byte;
      expect_oracle(path_, changed, ',', {8});
    }
  }
}

}  // namespace
}  // namespace rankwise::storage
