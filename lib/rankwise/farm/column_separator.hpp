#pragma once

#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace rankwise::farm {

/// What lies between the columns of a line: a regular expression, `,` or `\t` or ` +`.
class ColumnSeparator {
 public:
  /// @throws UsageError for what is no regular expression
  explicit ColumnSeparator(const std::string& expression);

  [[nodiscard]] std::vector<std::string> split(std::string_view line) const;

 private:
  std::string text_;                 // where no more than that is meant
  std::optional<std::regex> regex_;  // else
};

}  // namespace rankwise::farm
