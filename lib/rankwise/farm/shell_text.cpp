#include "rankwise/farm/shell_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "rankwise/base/errors.hpp"

namespace rankwise::farm {
namespace {

bool is_plain_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_./:@%+,-").find(c) != std::string_view::npos;
}

std::string escaped(std::string_view text, std::string_view special) {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

std::string replaced(std::string_view text, char what, std::string_view by) {
  std::string result;
  for (const char c : text) c == what ? result += by : result += c;
  return result;
}

}  // namespace

std::string shell_word(std::string_view value) {
  if (!value.empty() && std::all_of(value.begin(), value.end(), is_plain_character)) return std::string(value);
  if (value.empty()) return "''";
  // Runs of ' in double quotes, all else in single ones: the word is never much longer than the value.
  std::string word;
  while (!value.empty()) {
    const bool quotes = value[0] == '\'';
    const std::size_t end = std::min(quotes ? value.find_first_not_of('\'') : value.find('\''), value.size());
    const char around = quotes ? '"' : '\'';
    word += around;
    word += value.substr(0, end);
    word += around;
    value.remove_prefix(end);
  }
  return word;
}

std::string shell_word_at(Place place, std::string_view value) {
  std::string word = shell_word(value);
  switch (place) {
    case Place::plain:
      break;
    case Place::in_single_quotes:
      return replaced(word, '\'', R"('\'')");
    case Place::in_double_quotes:
      return escaped(word, R"(\$`")");
    case Place::unsafe:
      if (word != value) {
        throw UsageError(
            "a value with characters of the shell's cannot be put into a comment, a here-document, `...`, "
            "${...} or $((...)); a variable can: v={}; ... \"$v\"");
      }
      break;
  }
  return word;
}

Place ShellReader::place() const {
  const auto is_unsafe = [](Within what) {
    return what == Within::backquotes || what == Within::parameter || what == Within::arithmetic ||
           what == Within::comment;
  };
  if (unsafe_ || std::any_of(within_.begin(), within_.end(), is_unsafe)) return Place::unsafe;
  if (is_within(Within::single_quotes)) return Place::in_single_quotes;
  return is_within(Within::double_quotes) ? Place::in_double_quotes : Place::plain;
}

void ShellReader::read(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (is_within(Within::single_quotes)) {
      if (c == '\'') within_.pop_back();
    } else if (is_within(Within::comment)) {
      if (c == '\n') within_.pop_back();
    } else if (c == '\\') {
      // What it takes the meaning from may be the value itself.
      if (at + 1 == text.size()) unsafe_ = true;
      ++at;
      word_begins_ = false;
    } else if (is_within(Within::double_quotes) && c == '"') {
      within_.pop_back();
    } else {
      read_plain(text, at);
    }
  }
}

void ShellReader::read_plain(std::string_view text, std::size_t& at) {
  const std::string_view rest = text.substr(at);
  const bool quoted = is_within(Within::double_quotes);
  const bool begins = word_begins_;
  word_begins_ = std::string_view(" \t\n;&|()<>").find(rest[0]) != std::string_view::npos;
  const auto enter = [&](Within what, std::size_t length) {
    within_.push_back(what);
    at += length - 1;
  };
  if (rest.starts_with("$((")) return enter(Within::arithmetic, 3);
  if (rest.starts_with("$(")) {
    word_begins_ = true;
    return enter(Within::substitution, 2);
  }
  if (rest.starts_with("${")) return enter(Within::parameter, 2);
  // Whether the last $ belongs to the value's first character is not for this to find out.
  if (rest == "$") unsafe_ = true;
  if (rest[0] == '`') {
    if (!is_within(Within::backquotes)) return enter(Within::backquotes, 1);
    return within_.pop_back();
  }
  if (rest[0] == '}' && is_within(Within::parameter)) return within_.pop_back();
  if (quoted) return;
  if (rest.starts_with("))") && is_within(Within::arithmetic)) {
    ++at;
    return within_.pop_back();
  }
  if (rest[0] == '\'') return enter(Within::single_quotes, 1);
  if (rest[0] == '"') return enter(Within::double_quotes, 1);
  if (rest[0] == '(') return enter(Within::parentheses, 1);
  if (rest[0] == ')' && (is_within(Within::parentheses) || is_within(Within::substitution))) return within_.pop_back();
  if (rest[0] == '#' && begins) return enter(Within::comment, 1);
  if (rest.starts_with("<<")) unsafe_ = true;
  // Its patterns end with a parenthesis that has not begun.
  if (begins && rest.starts_with("case") && !within_.empty()) unsafe_ = true;
}

bool is_plain(std::string_view text) {
  const std::string_view first = text.substr(0, text.find_first_of(" \t", text.find_first_not_of(" \t")));
  if (first.find_first_not_of(" \t") == std::string_view::npos) return false;
  if (first.find('=') != std::string_view::npos) return false;  // a variable
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_plain_character(c) || c == ' ' || c == '\t' || c == '=' || c == '\0'; });
}

}  // namespace rankwise::farm
