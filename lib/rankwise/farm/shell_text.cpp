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

std::string in_quotes(std::string_view value) {
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

}  // namespace

std::string shell_word(std::string_view value) {
  const bool is_plain = !value.empty() && std::all_of(value.begin(), value.end(), is_plain_character);
  return is_plain ? std::string(value) : in_quotes(value);
}

Neighbours neighbours(std::string_view before, std::string_view after) {
  const auto is_name_character = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  std::size_t name = before.size();
  while (name > 0 && is_name_character(before[name - 1])) --name;
  const auto word = before.find_last_of(" \t\n;&|()<>");
  return {.is_name = name > 0 && before[name - 1] == '$',
          .is_home = before.find('~', word == std::string_view::npos ? 0 : word) != std::string_view::npos,
          .is_redirection = !after.empty() && (after[0] == '<' || after[0] == '>')};
}

std::string shell_word_at(Place place, std::string_view value, Neighbours next_to) {
  const bool merges =
      (next_to.is_name && place != Place::in_double_quotes) || next_to.is_home || next_to.is_redirection;
  const std::string word = merges && place != Place::unsafe ? in_quotes(value) : shell_word(value);
  switch (place) {
    case Place::plain:
      break;
    case Place::in_single_quotes:
      return replaced(word, '\'', R"('\'')");
    case Place::in_double_quotes:
      // "$x" and the value, not "$xVALUE": the quotes end and begin again.
      return (next_to.is_name ? R"("")" : "") + escaped(word, R"(\$`")");
    case Place::unsafe:
      if (word != value || merges) {
        throw UsageError(
            "a value with characters of the shell's cannot be put into quotes within quotes, a comment, "
            "a here-document, `...`, ${...} or $((...)); a variable can: v={}; ... \"$v\"");
      }
      break;
  }
  return word;
}

Place ShellReader::place() const {
  const auto is_unsafe = [](const Level& level) {
    return level.what == Within::backquotes || level.what == Within::parameter || level.what == Within::arithmetic ||
           level.what == Within::comment;
  };
  if (unsafe_ || std::any_of(within_.begin(), within_.end(), is_unsafe)) return Place::unsafe;
  const bool in_single_quotes = is_within(Within::single_quotes);
  if (!in_single_quotes && !is_within(Within::double_quotes)) return Place::plain;
  // A value that is quoted for a shell which reads what is in these quotes must not be in quotes there.
  ShellReader inner;
  inner.read(within_.back().text);
  if (inner.place() != Place::plain) return Place::unsafe;
  return in_single_quotes ? Place::in_single_quotes : Place::in_double_quotes;
}

void ShellReader::skip_value() {
  word_begins_ = false;
  if (!within_.empty()) within_.back().text += 'x';
}

void ShellReader::read(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (is_within(Within::single_quotes)) {
      if (c == '\'') {
        within_.pop_back();
        word_begins_ = false;
      } else {
        within_.back().text += c;
      }
    } else if (is_within(Within::comment)) {
      if (c == '\n') within_.pop_back();
      word_begins_ = true;
    } else if (c == '\\') {
      // What it takes the meaning from may be the value itself.
      if (at + 1 == text.size()) {
        unsafe_ = true;
        return;
      }
      const char next = text[++at];
      if (next == '\n') continue;  // both are gone
      word_begins_ = false;
      if (is_within(Within::double_quotes)) {
        if (std::string_view("\\$`\"").find(next) == std::string_view::npos) within_.back().text += '\\';
        within_.back().text += next;
      }
    } else if (is_within(Within::double_quotes) && c == '"') {
      within_.pop_back();
      word_begins_ = false;
    } else {
      if (is_within(Within::double_quotes)) within_.back().text += c;
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
    within_.push_back({.what = what});
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
  // Within "${...}" it is no quote.
  const bool in_quoted_parameter =
      is_within(Within::parameter) && within_.size() > 1 && within_[within_.size() - 2].what == Within::double_quotes;
  if (in_quoted_parameter && rest[0] == '\'') unsafe_ = true;
  if (quoted) return;
  if (rest.starts_with("$'")) unsafe_ = true;  // other quotes, where /bin/sh is bash
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
