#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rankwise/blocks/grid.hpp"

namespace rankwise::storage {

/// What may stand around a value, and what a blank line is made of. A separator never counts as white space.
constexpr bool is_white_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Without the white space around it.
std::string_view trimmed(std::string_view text);

/// What a field's text means without its quotes: a number, an infinity, NaN where a value is missing. Nothing for any
/// other text.
std::optional<double> parse_value(std::string_view text);

/// A field's text without its quotes; as it stands where it is not quoted, or goes on after its closing quote.
std::string unquote(std::string_view field);

/// Text from a file for an error message: at most 40 bytes of it, nothing that a terminal would act upon.
std::string shown(std::string_view text);

/// What came of reading one record.
struct CsvRecord {
  std::uint64_t fields = 0;                      ///< how many it has, or how many stand before the unreadable one
  std::optional<std::string_view> unreadable{};  ///< the first wanted field that is no value
};

/// Walks through records in memory. Any text can be walked through; what is wrong with it is for the caller to find.
class CsvRecords {
 public:
  /// @param text begins and ends where a record does
  CsvRecords(std::string_view text, char separator)
      : at_(text.data()), end_(text.data() + text.size()), separator_(separator) {}

  /// Goes to the next record, over blank lines. @return false if there is none
  bool find();
  /// Goes to the record's next field. @return it as it stands, with its quotes; nothing after the last one
  std::optional<std::string_view> field();
  /// Reads the values of some columns into `values` and goes to the record's end, or to the end of the first wanted
  /// field that is no value.
  CsvRecord values(const blocks::Range& columns, double* values);
  /// Goes to the record's end.
  void skip() { (void)values({}, nullptr); }

  /// Where it has come to.
  [[nodiscard]] const char* at() const { return at_; }
  /// Whether that is the text's end. If not, nothing it has said would change if there were more text.
  [[nodiscard]] bool at_end() const { return at_ == end_; }

 private:
  [[nodiscard]] bool at_field_end(const char* at) const { return at == end_ || *at == separator_ || *at == '\n'; }
  [[nodiscard]] const char* over_white_space(const char* at) const;
  [[nodiscard]] const char* field_end() const;
  bool leave_field(const char* end);
  std::optional<const char*> plain_value(double& value) const;
  [[nodiscard]] std::optional<double> rare_value(const char* end) const;

  const char* at_;
  const char* end_;
  char separator_;
  bool in_record_ = false;
};

}  // namespace rankwise::storage
