#pragma once

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace rankwise::storage::test {

// The oracle: a state machine that takes one character at a time, and strtod.

inline std::string without_space_around(std::string text) {
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

}  // namespace rankwise::storage::test
