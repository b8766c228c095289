#include "rankwise/farm/shell_text.hpp"

#include <algorithm>

#include "rankwise/base/errors.hpp"

namespace rankwise::farm {
namespace {

constexpr std::string_view operators = " \t\n;&|()<>";  // what ends a word

bool is_name_character(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_plain_character(char c) {
  return is_name_character(c) || std::string_view("./:@%+,-").find(c) != std::string_view::npos;
}

bool is_plain_value(std::string_view value) {
  return !value.empty() && std::all_of(value.begin(), value.end(), is_plain_character);
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

/// Whether the text ends with ~ and perhaps the beginning of a user's name.
bool ends_with_home(std::string_view text) {
  std::size_t user = text.size();
  while (user > 0 && is_plain_character(text[user - 1]) && text[user - 1] != '/' && text[user - 1] != ':') --user;
  if (user == 0 || text[user - 1] != '~') return false;
  return user == 1 || text[user - 2] == '=' || text[user - 2] == ':' ||
         operators.find(text[user - 2]) != std::string_view::npos;
}

}  // namespace

std::string shell_word(std::string_view value) {
  return is_plain_value(value) ? std::string(value) : in_quotes(value);
}

Neighbours neighbours(std::string_view before, std::string_view after) {
  std::size_t name = before.size();
  while (name > 0 && is_name_character(before[name - 1])) --name;
  return {.is_name = name > 0 && before[name - 1] == '$',
          .is_home = ends_with_home(before),
          .is_redirection = !after.empty() && (after[0] == '<' || after[0] == '>')};
}

std::string shell_word_at(ShellPlace place, std::string_view value, Neighbours next_to) {
  if (place == ShellPlace::plain) {
    const bool is_number = value.find_first_not_of("0123456789") == std::string_view::npos;
    const bool merges = next_to.is_name || next_to.is_home || (next_to.is_redirection && is_number);
    return merges ? in_quotes(value) : shell_word(value);
  }
  if (!is_plain_value(value)) {
    throw UsageError(
        "a value with characters of the shell's cannot be put between quotes or into a comment, a here-document, "
        "`...`, ${...} or $((...)). {} alone needs no quotes; to hand it to another shell: sh -c '... \"$1\"' sh {}");
  }
  // "$x" and the value, not "$xVALUE": the quotes end and begin again.
  const bool ends_name = place == ShellPlace::in_double_quotes && next_to.is_name;
  return (ends_name ? R"("")" : "") + std::string(value);
}

ShellPlace ShellReader::place() const {
  if (unsafe_ || is_within(Within::comment)) return ShellPlace::unsafe;
  if (is_within(Within::single_quotes)) return ShellPlace::in_quotes;
  return is_within(Within::double_quotes) ? ShellPlace::in_double_quotes : ShellPlace::plain;
}

void ShellReader::read(std::string_view text) {
  for (std::size_t at = 0; at < text.size() && !unsafe_; ++at) {
    const char c = text[at];
    if (is_within(Within::single_quotes)) {
      if (c == '\'') within_.pop_back();
      word_begins_ = false;
    } else if (is_within(Within::comment)) {
      if (c == '\n') within_.pop_back();
      word_begins_ = true;
    } else if (c == '\\') {
      // What it takes the meaning from may be the value itself; and a line that goes on may be anything.
      unsafe_ = at + 1 == text.size() || text[at + 1] == '\n';
      ++at;
      word_begins_ = false;
    } else if (c == '`') {
      unsafe_ = true;
    } else if (c == '$') {
      read_dollar(text, at);
    } else if (is_within(Within::double_quotes)) {
      if (c == '"') within_.pop_back();
      word_begins_ = false;
    } else {
      read_unquoted(text, at);
    }
  }
}

/// $x, ${x} and $(...); all else is unsafe.
void ShellReader::read_dollar(std::string_view text, std::size_t& at) {
  const std::string_view rest = text.substr(at + 1);
  word_begins_ = false;
  if (rest.empty() || rest.starts_with("((") || rest[0] == '\'' || rest[0] == '"') {
    unsafe_ = true;
  } else if (rest[0] == '{') {
    const auto name =
        static_cast<std::size_t>(std::find_if_not(rest.begin() + 1, rest.end(), is_name_character) - rest.begin());
    unsafe_ = name == rest.size() || rest[name] != '}';
    at += name + 1;
  } else if (rest[0] == '(') {
    within_.push_back(Within::parentheses);
    word_begins_ = true;
    ++at;
  }
}

void ShellReader::read_unquoted(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  const bool begins = word_begins_;
  word_begins_ = operators.find(rest[0]) != std::string_view::npos;
  if (rest[0] == '\'') return within_.push_back(Within::single_quotes);
  if (rest[0] == '"') return within_.push_back(Within::double_quotes);
  if (rest[0] == '(') return within_.push_back(Within::parentheses);
  if (rest[0] == ')' && is_within(Within::parentheses)) return within_.pop_back();
  if (rest[0] == '#' && begins) return within_.push_back(Within::comment);
  // A here-document; and the patterns of case, which end with a parenthesis that has not begun.
  if (rest.starts_with("<<") || (begins && rest.starts_with("case") && !within_.empty())) unsafe_ = true;
}

bool is_plain(std::string_view text) {
  const std::string_view first = text.substr(0, text.find_first_of(" \t", text.find_first_not_of(" \t")));
  if (first.find_first_not_of(" \t") == std::string_view::npos) return false;
  if (first.find('=') != std::string_view::npos) return false;  // a variable
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_plain_character(c) || c == ' ' || c == '\t' || c == '=' || c == '\0'; });
}

}  // namespace rankwise::farm
