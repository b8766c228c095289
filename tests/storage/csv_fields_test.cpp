#include "rankwise/storage/csv_fields.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace rankwise::storage {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<std::vector<std::string>> fields_of(std::string_view text, char separator = ',') {
  CsvRecords records(text, separator);
  std::vector<std::vector<std::string>> all;
  while (records.find()) {
    all.emplace_back();
    while (const auto field = records.field()) all.back().emplace_back(*field);
  }
  return all;
}

using Fields = std::vector<std::vector<std::string>>;

TEST(ParseValue, reads_numbers_and_rounds_them_correctly) {
  EXPECT_EQ(parse_value("0"), 0.0);
  EXPECT_EQ(parse_value("-17"), -17.0);
  EXPECT_EQ(parse_value("+2.5"), 2.5);
  EXPECT_EQ(parse_value("007"), 7.0);
  EXPECT_EQ(parse_value(".5"), 0.5);
  EXPECT_EQ(parse_value("-5."), -5.0);
  EXPECT_EQ(parse_value("1E+3"), 1000.0);
  EXPECT_EQ(parse_value("9007199254740993"), 9007199254740992.0) << "half way: to even";
  EXPECT_EQ(parse_value("0.1"), 0.1);
  EXPECT_EQ(parse_value("4.9406564584124654e-324"), std::numeric_limits<double>::denorm_min());
  EXPECT_TRUE(std::signbit(parse_value("-0").value()));
  EXPECT_EQ(parse_value("1e999"), infinity) << "beyond the range of float64";
  EXPECT_EQ(parse_value("-1e999"), -infinity);
  EXPECT_EQ(parse_value("1e-999"), 0.0);
}

TEST(ParseValue, white_space_around_does_not_count) {
  EXPECT_EQ(parse_value(" \t1.5\r\n"), 1.5);
  EXPECT_TRUE(std::isnan(parse_value(" NA ").value()));
  EXPECT_TRUE(std::isnan(parse_value(" \t").value()));
  EXPECT_FALSE(parse_value("1 5"));
  EXPECT_FALSE(parse_value("- 1"));
}

TEST(ParseValue, missing_words_are_those_of_pandas_as_they_are_spelt) {
  for (const char* word : {"", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
                           "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"}) {
    const auto value = parse_value(word);
    ASSERT_TRUE(value) << word;
    EXPECT_TRUE(std::isnan(*value)) << word;
  }
  for (const char* word : {"NAN", "na", "+nan", "none", "Null", "nan(1)", "#", "-", "<>", "missing"}) {
    EXPECT_FALSE(parse_value(word)) << word;
  }
}

TEST(ParseValue, infinities_are_read_in_any_case) {
  for (const char* word : {"inf", "+inf", "Inf", "INF", "Infinity", "+INFINITY", "infinity"}) {
    EXPECT_EQ(parse_value(word), infinity) << word;
  }
  for (const char* word : {"-inf", "-Infinity", "-INF"}) EXPECT_EQ(parse_value(word), -infinity) << word;
  for (const char* word : {"--inf", "+-inf", "-+inf", "infi", "in", "infinity1"})
    EXPECT_FALSE(parse_value(word)) << word;
}

TEST(ParseValue, other_words_are_no_values) {
  for (const char* word : {"True",
                           "False",
                           "tall",
                           "0x10",
                           "1e",
                           "1e+",
                           "1.5.2",
                           "1,5",
                           "1_000",
                           "++1",
                           "+-1",
                           "-+1",
                           "+",
                           "-",
                           ".",
                           "-.",
                           "1f",
                           "1d5",
                           "\"1\"",
                           "2024-01-01",
                           "12:30",
                           "5%",
                           "\xc2\xa0"
                           "1"}) {
    EXPECT_FALSE(parse_value(word)) << word;
  }
}

TEST(Unquote, doubled_quotes_become_one) {
  EXPECT_EQ(unquote("plain"), "plain");
  EXPECT_EQ(unquote("\"\""), "");
  EXPECT_EQ(unquote("\"a,\nb\""), "a,\nb");
  EXPECT_EQ(unquote("\"a \"\"b\"\"\""), "a \"b\"");
  EXPECT_EQ(unquote("\"a\" \r"), "a") << "white space may follow";
}

TEST(Unquote, what_is_not_wholly_quoted_stays_as_it_stands) {
  for (const char* field : {"", " \"a\"", "a\"b\"", "\"1\"5", "\"a\"\"", "\""}) EXPECT_EQ(unquote(field), field);
}

TEST(Shown, is_short_and_harmless_on_a_terminal) {
  EXPECT_EQ(shown("tall"), "tall");
  EXPECT_EQ(shown("a\nb\x1b[31m\x7f"), "a?b?[31m?");
  EXPECT_EQ(shown(std::string(40, 'x')), std::string(40, 'x'));
  EXPECT_EQ(shown(std::string(41, 'x')), std::string(40, 'x') + "...");
  EXPECT_EQ(shown("Größe µ €"), "Größe µ €");
  EXPECT_EQ(shown("Gr\xf6\xdf"
                  "e\xe2\x82"),
            "Gr??e??")
      << "Latin-1, and a character cut short";
  EXPECT_EQ(shown("\xc2\x9b"
                  "31m"),
            "?31m")
      << "a control character beyond ASCII";
  EXPECT_EQ(shown(std::string(39, 'x') + "ö"), std::string(39, 'x') + "...") << "no half characters";
}

TEST(CsvRecords, fall_into_fields_at_separators_outside_quotes) {
  EXPECT_EQ(fields_of("1,2\n3,4\n"), (Fields{{"1", "2"}, {"3", "4"}}));
  EXPECT_EQ(fields_of("1,\"2,\n\"\"3\"\r\n,"), (Fields{{"1", "\"2,\n\"\"3\""}, {"", ""}}));
  EXPECT_EQ(fields_of("1\t2,3\n\t", '\t'), (Fields{{"1", "2,3"}, {"", ""}}));
  EXPECT_EQ(fields_of("a\"b,c\"\n"), (Fields{{"a\"b", "c\""}})) << "a quote inside a field is a byte like others";
  EXPECT_EQ(fields_of("\"a\"b\"c,d\"\n"), (Fields{{"\"a\"b\"c", "d\""}})) << "and so it is after the closing one";
  EXPECT_EQ(fields_of(" \"a,b\"\n"), (Fields{{" \"a", "b\""}})) << "and after white space";
}

TEST(CsvRecords, blank_lines_are_passed_over) {
  EXPECT_EQ(fields_of("\n\r\n \t \n1\n\n  \r\n2\n\n \n  "), (Fields{{"1"}, {"2"}}));
  EXPECT_EQ(fields_of(""), Fields{});
  EXPECT_EQ(fields_of(" \n "), Fields{});
  EXPECT_EQ(fields_of("\"\"\n"), (Fields{{"\"\""}})) << "an empty field in quotes is one";
  EXPECT_EQ(fields_of("\t\n \n", '\t'), (Fields{{"", ""}})) << "separators make fields";
}

TEST(CsvRecords, only_wanted_columns_are_read) {
  CsvRecords records("a, 1 ,\"2\",NA,b\n,\"+3\" ,4,,\n", ',');
  std::array<double, 4> values{-1, -1, -1, -1};
  ASSERT_TRUE(records.find());
  CsvRecord record = records.values({1, 4}, values.data());
  EXPECT_EQ(record.fields, 5U);
  EXPECT_FALSE(record.unreadable);
  EXPECT_EQ(values[0], 1.0);
  EXPECT_EQ(values[1], 2.0);
  EXPECT_TRUE(std::isnan(values[2]));
  EXPECT_EQ(values[3], -1.0) << "untouched";
  ASSERT_TRUE(records.find());
  EXPECT_EQ(records.values({1, 3}, values.data()).fields, 5U);
  EXPECT_EQ(values[0], 3.0);
  EXPECT_EQ(values[1], 4.0);
  EXPECT_FALSE(records.find());
}

TEST(CsvRecords, reading_stops_at_the_first_wanted_field_that_is_no_value) {
  CsvRecords records("x,1,\"no, \"\"2\"\"\",y\n", ',');
  std::array<double, 3> values{};
  ASSERT_TRUE(records.find());
  const CsvRecord record = records.values({1, 4}, values.data());
  ASSERT_TRUE(record.unreadable);
  EXPECT_EQ(*record.unreadable, "\"no, \"\"2\"\"\"");
  EXPECT_EQ(record.fields, 2U);
}

}  // namespace
}  // namespace rankwise::storage
