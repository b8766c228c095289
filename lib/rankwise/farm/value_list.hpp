#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rankwise/farm/column_separator.hpp"
#include "rankwise/farm/command_template.hpp"
#include "rankwise/farm/line_reader.hpp"

namespace rankwise::farm {

/// Where the values of tasks come from: one source, or several, of which every value goes with each of the others'.
struct ListOptions {
  using Words = std::vector<std::string>;
  using Path = std::string;  ///< `-` is standard input
  std::vector<std::variant<Words, Path>> sources = {};
  char delimiter = '\n';                   ///< of files
  std::optional<std::string> colsep = {};  ///< a line is several values
  std::uint64_t max_args = 1;              ///< so many lines make one task
  bool skip_empty = false;                 ///< lines without anything are none
};

/// The arguments of one task after another, as the list comes: of the first source only what is at hand is kept.
class ValueList {
 public:
  /// @throws IoError for a file that cannot be read, UsageError
  explicit ValueList(const ListOptions& options);
  ValueList(const ValueList&) = delete;
  ValueList& operator=(const ValueList&) = delete;
  ~ValueList();

  /// @throws InputError, IoError
  Next next(Arguments& arguments);
  /// To poll, after `later`; -1: none.
  [[nodiscard]] int descriptor() const;

 private:
  class Source;
  Next next_record(std::vector<std::string>& values);
  void append(std::vector<std::string>& values, const std::string& value) const;

  std::vector<std::unique_ptr<Source>> sources_;
  std::optional<ColumnSeparator> colsep_;
  std::uint64_t max_args_;
  bool skip_empty_;
  std::string first_;  // the first source's value at hand
  bool has_first_ = false;
  std::vector<std::size_t> at_;  // of the other sources
  std::vector<std::string> gathered_;
  std::uint64_t records_ = 0;  // in gathered_
  std::uint64_t tasks_ = 0;
  int waits_for_ = -1;
};

}  // namespace rankwise::farm
