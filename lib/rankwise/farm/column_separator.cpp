#include "rankwise/farm/column_separator.hpp"

#include <fmt/format.h>

#include "rankwise/base/errors.hpp"

namespace rankwise::farm {
namespace {

constexpr std::string_view special = R"(\^$.|?*+()[]{})";

/// The text that an expression stands for, if it is one text.
std::optional<std::string> plain_text(std::string_view expression) {
  std::string text;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    char c = expression[i];
    if (c == '\\' && i + 1 < expression.size()) {
      c = expression[++i];
      if (c == 't') {
        c = '\t';
      } else if (special.find(c) == std::string_view::npos) {
        return std::nullopt;
      }
    } else if (special.find(c) != std::string_view::npos) {
      return std::nullopt;
    }
    text += c;
  }
  return text;
}

}  // namespace

ColumnSeparator::ColumnSeparator(const std::string& expression) {
  if (auto text = plain_text(expression)) {
    text_ = *std::move(text);
    return;
  }
  try {
    regex_.emplace(expression, std::regex::ECMAScript | std::regex::optimize);
  } catch (const std::regex_error&) {
    throw UsageError(fmt::format("--colsep takes a regular expression, not '{}'", expression));
  }
}

std::vector<std::string> ColumnSeparator::split(std::string_view line) const {
  std::vector<std::string> columns;
  if (regex_) {
    const char* from = line.data();
    const char* const end = line.data() + line.size();
    std::cmatch match;
    while (std::regex_search(from, end, match, *regex_) && match.length() > 0) {
      columns.emplace_back(from, match[0].first);
      from = match[0].second;
    }
    columns.emplace_back(from, end);
    return columns;
  }
  while (true) {
    const auto at = line.find(text_);
    columns.emplace_back(line.substr(0, at));
    if (at == std::string_view::npos) return columns;
    line.remove_prefix(at + text_.size());
  }
}

}  // namespace rankwise::farm
