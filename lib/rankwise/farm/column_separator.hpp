#pragma once

#include <regex.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rankwise::farm {

/// What lies between the columns of a line: a regular expression (POSIX, extended; also \t and \s), `,` or ` +`.
class ColumnSeparator {
 public:
  /// @throws UsageError for what is no regular expression
  explicit ColumnSeparator(const std::string& expression);

  [[nodiscard]] std::vector<std::string> split(std::string_view line) const;

 private:
  struct Free {
    void operator()(regex_t* regex) const;
  };
  std::string text_;                      // where no more than that is meant
  std::unique_ptr<regex_t, Free> regex_;  // else
};

}  // namespace rankwise::farm
