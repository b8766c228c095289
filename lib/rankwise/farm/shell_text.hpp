#pragma once

#include <string>
#include <string_view>
#include <vector>

/// How values get into a line that a shell reads (POSIX, Shell Command Language, 2.2 "Quoting"), so that they stay
/// values.
namespace rankwise::farm {

/// The value as one word of a shell: itself where it has none of the shell's characters, else in quotes.
std::string shell_word(std::string_view value);

/// What a shell takes a place in a line for.
enum class ShellPlace {
  plain,
  in_quotes,         ///< single ones, ...
  in_double_quotes,  ///< where $x is still a name
  unsafe,            ///< a comment, a here-document, `...`, ${...}, $((...)), or what is too odd to tell
};

/// What stands next to a place and would make of a plain value something else.
struct Neighbours {
  bool is_name = false;         ///< $x before it: the value would be a part of that name
  bool is_home = false;         ///< ~ before it: a user's name
  bool is_redirection = false;  ///< < or > after it: the number of a file
};

/// @param before, after the text around a place, up to other places
Neighbours neighbours(std::string_view before, std::string_view after);

/// The value as it can be put into such a place. Only in a plain one it can be quoted: whoever puts it between quotes
/// may hand these to another shell.
/// @throws UsageError where the value has characters of the shell's and cannot be quoted
std::string shell_word_at(ShellPlace place, std::string_view value, Neighbours next_to = {});

/// Reads a line from left to right, and knows what place the end of it is. What it does not know for certain is unsafe.
class ShellReader {
 public:
  void read(std::string_view text);
  /// A value was put here.
  void skip_value() { word_begins_ = false; }
  [[nodiscard]] ShellPlace place() const;

 private:
  enum class Within { single_quotes, double_quotes, parentheses, comment };
  void read_unquoted(std::string_view text, std::size_t at);
  void read_dollar(std::string_view text, std::size_t& at);
  [[nodiscard]] bool is_within(Within what) const { return !within_.empty() && within_.back() == what; }

  std::vector<Within> within_;
  bool word_begins_ = true;
  bool unsafe_ = false;  // from here on
};

/// Whether a line has none of the shell's characters: then no shell is needed to take it apart. `text` may hold NUL
/// where values come in.
bool is_plain(std::string_view text);

}  // namespace rankwise::farm
