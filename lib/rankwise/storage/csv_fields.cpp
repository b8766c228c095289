#include "rankwise/storage/csv_fields.hpp"

#include <fast_float/fast_float.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace rankwise::storage {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Whether a number in digits begins here: fast_float would take `nan` and `inf` as well.
bool digits_begin(const char* at, const char* end) {
  if (at != end && *at == '-') ++at;
  return at != end && (is_digit(*at) || *at == '.');
}

bool is_missing(std::string_view text) {
  constexpr std::array<std::string_view, 18> words{"#N/A", "#N/A N/A", "#NA",     "-1.#IND", "-1.#QNAN", "-NaN",
                                                   "-nan", "1.#IND",   "1.#QNAN", "<NA>",    "N/A",      "NA",
                                                   "NULL", "NaN",      "None",    "n/a",     "nan",      "null"};
  return text.empty() || std::find(words.begin(), words.end(), text) != words.end();
}

bool is_infinity(std::string_view text) {
  const auto is = [&](std::string_view word) {
    return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
  };
  return is("inf") || is("infinity");
}

/// How many bytes the UTF-8 character at the beginning of `text` has; 0 if there is none.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t size = byte(0) < 0x80 ? 1 : byte(0) < 0xc2 ? 0 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
  if (byte(0) > 0xf4 || size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  return size;
}

/// ASCII's control characters, and those that Unicode has beyond: terminals act upon both.
bool is_control(std::string_view character) {
  const auto last = static_cast<unsigned char>(character.back());
  return character.size() == 1 ? last < ' ' || last == 0x7f : character.front() == '\xc2' && last < 0xa0;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_white_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white_space(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<double> parse_value(std::string_view text) {
  text = trimmed(text);
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(text.starts_with('+') && !text.starts_with("+-") ? 1 : 0);
  if (const char* end = digits.data() + digits.size(); digits_begin(digits.data(), end)) {
    double value = 0;
    const auto [stop, error] = fast_float::from_chars(digits.data(), end, value);
    // What is out of float64's range is an infinity or zero there too.
    if (error != std::errc::invalid_argument && stop == end) return value;
  }
  if (is_missing(text)) return not_a_number;
  if (!is_infinity(negative ? text.substr(1) : digits)) return std::nullopt;
  return negative ? -infinity : infinity;
}

std::string unquote(std::string_view field) {
  if (!field.starts_with('"')) return std::string(field);
  std::string text;
  std::string_view rest = field.substr(1);
  for (auto quote = rest.find('"'); quote != std::string_view::npos; quote = rest.find('"')) {
    text += rest.substr(0, quote);
    rest.remove_prefix(quote + 1);
    if (!rest.starts_with('"')) return trimmed(rest).empty() ? text : std::string(field);
    text += '"';
    rest.remove_prefix(1);
  }
  return std::string(field);
}

std::string shown(std::string_view text) {
  constexpr std::size_t most = 40;
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = character_size(text.substr(i));
    if (i + std::max<std::size_t>(size, 1) > most) return out + "...";
    out += size == 0 || is_control(text.substr(i, size)) ? "?" : text.substr(i, size);
    i += std::max<std::size_t>(size, 1);
  }
  return out;
}

const char* CsvRecords::over_white_space(const char* at) const {
  while (!at_field_end(at) && is_white_space(*at)) ++at;
  return at;
}

bool CsvRecords::find() {
  for (const char* line = over_white_space(at_); line != end_ && *line == '\n'; line = over_white_space(at_)) {
    at_ = line + 1;
  }
  if (over_white_space(at_) == end_) at_ = end_;
  in_record_ = at_ != end_;
  return in_record_;
}

/// Where the field at at_ ends. Its quotes count only if the first one is its first byte; after the closing one, a
/// quote is a byte like others.
const char* CsvRecords::field_end() const {
  const char* at = at_;
  if (at != end_ && *at == '"') {
    do {
      const void* quote = std::memchr(at + 1, '"', static_cast<std::size_t>(end_ - at - 1));
      if (quote == nullptr) return end_;
      at = static_cast<const char*>(quote) + 1;
    } while (at != end_ && *at == '"');
  }
  while (!at_field_end(at)) ++at;
  return at;
}

/// Goes over a field's end. @return false if the record ends there too
bool CsvRecords::leave_field(const char* end) {
  in_record_ = end != end_ && *end == separator_;
  at_ = end == end_ ? end : end + 1;
  return in_record_;
}

std::optional<std::string_view> CsvRecords::field() {
  if (!in_record_) return std::nullopt;
  const char* end = field_end();
  std::string_view text(at_, static_cast<std::size_t>(end - at_));
  if (!leave_field(end) && text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

/// Reads what nearly all fields are, digits or nothing. @return the field's end; nothing for a field of another kind
inline std::optional<const char*> CsvRecords::plain_value(double& value) const {
  const char* at = at_;
  // Most have no white space around.
  if (!digits_begin(at, end_)) {
    at = over_white_space(at);
    if (at_field_end(at)) {
      value = not_a_number;
      return at;
    }
    if (!digits_begin(at, end_)) return std::nullopt;
  }
  const auto [stop, error] = fast_float::from_chars(at, end_, value);
  if (error != std::errc()) return std::nullopt;
  if (at_field_end(stop)) return stop;
  at = over_white_space(stop);
  return at_field_end(at) ? std::optional(at) : std::nullopt;
}

/// Reads a field of another kind, quoted or in words, that ends at `end`.
std::optional<double> CsvRecords::rare_value(const char* end) const {
  const std::string_view field(at_, static_cast<std::size_t>(end - at_));
  if (!field.starts_with('"')) return parse_value(field);
  const auto close = field.find('"', 1);
  const bool plain = close != std::string_view::npos && trimmed(field.substr(close + 1)).empty();
  return plain ? parse_value(field.substr(1, close - 1)) : parse_value(unquote(field));
}

/// Flattened, fast_float and all: this loop is where the time goes.
[[gnu::flatten]] CsvRecord CsvRecords::values(const blocks::Range& columns, double* values) {
  CsvRecord record;
  while (true) {
    const bool wanted = record.fields >= columns.begin && record.fields < columns.end;
    std::optional<const char*> end = wanted ? plain_value(*values) : field_end();
    if (!end) {
      end = field_end();
      const auto value = rare_value(*end);
      if (!value) {
        record.unreadable = std::string_view(at_, static_cast<std::size_t>(*end - at_));
        at_ = *end;
        return record;
      }
      *values = *value;
    }
    ++record.fields;
    if (wanted) ++values;
    if (!leave_field(*end)) return record;
  }
}

}  // namespace rankwise::storage
