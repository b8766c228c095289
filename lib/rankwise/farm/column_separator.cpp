#include "rankwise/farm/column_separator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

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

void ColumnSeparator::Free::operator()(regex_t* regex) const {
  regfree(regex);
  delete regex;
}

// Not std::regex, which calls itself for each character that it goes on to: a long line is the end of the stack.
ColumnSeparator::ColumnSeparator(const std::string& expression) {
  if (auto text = plain_text(expression)) {
    text_ = *std::move(text);
    return;
  }
  std::string with_tabs = expression;
  for (std::size_t at = 0; (at = with_tabs.find("\\t", at)) != std::string::npos;) with_tabs.replace(at, 2, "\t");
  auto compiled = std::make_unique<regex_t>();
  if (regcomp(compiled.get(), with_tabs.c_str(), REG_EXTENDED) != 0) {
    throw UsageError(fmt::format("--colsep takes a regular expression, not '{}'", expression));
  }
  regex_.reset(compiled.release());
}

std::vector<std::string> ColumnSeparator::split(std::string_view line) const {
  std::vector<std::string> columns;
  if (!regex_) {
    while (true) {
      const auto at = line.find(text_);
      columns.emplace_back(line.substr(0, at));
      if (at == std::string_view::npos) return columns;
      line.remove_prefix(at + text_.size());
    }
  }
  const std::string text(line);
  std::size_t begin = 0;  // of the column
  for (std::size_t from = 0; from <= text.size();) {
    regmatch_t match{};
    if (regexec(regex_.get(), text.c_str() + from, 1, &match, from > 0 ? REG_NOTBOL : 0) != 0) break;
    const std::size_t at = from + static_cast<std::size_t>(match.rm_so);
    const std::size_t end = from + static_cast<std::size_t>(match.rm_eo);
    from = std::max(end, at + 1);
    if (end == at) continue;  // nothing separates nothing
    columns.push_back(text.substr(begin, at - begin));
    begin = end;
  }
  columns.push_back(text.substr(begin));
  return columns;
}

}  // namespace rankwise::farm
