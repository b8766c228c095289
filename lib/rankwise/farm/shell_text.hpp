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
enum class Place {
  plain,
  in_single_quotes,
  in_double_quotes,
  unsafe,  ///< quotes within quotes, a comment, a here-document, `...`, ${...} or $((...)): nothing can be quoted there
};

/// What stands next to a place and would make of a plain value something else.
struct Neighbours {
  bool is_name = false;         ///< $x before it: the value would be a part of that name
  bool is_home = false;         ///< ~ before it
  bool is_redirection = false;  ///< < or > after it: a number would be that of a file
};

/// The value as it can be put into such a place: a word of a shell there, and, where the place is in quotes, text that
/// a shell which reads what is in these quotes takes for that word.
/// @throws UsageError where the place is unsafe and the value has characters of the shell's
std::string shell_word_at(Place place, std::string_view value, Neighbours next_to = {});

/// @param before, after the text around a place, up to other places
Neighbours neighbours(std::string_view before, std::string_view after);

/// Reads a line from left to right, and knows what place the end of it is.
class ShellReader {
 public:
  void read(std::string_view text);
  /// A value was put here.
  void skip_value();
  [[nodiscard]] Place place() const;

 private:
  enum class Within {
    single_quotes,
    double_quotes,
    substitution,
    parentheses,
    backquotes,
    parameter,
    arithmetic,
    comment
  };
  struct Level {
    Within what;
    std::string text = {};  // of quotes, as far as it was read
  };
  void read_plain(std::string_view text, std::size_t& at);
  [[nodiscard]] bool is_within(Within what) const { return !within_.empty() && within_.back().what == what; }

  std::vector<Level> within_;
  bool word_begins_ = true;
  bool unsafe_ = false;  // from here on
};

/// The words of a line, if it has none of the shell's characters: then no shell is needed to take it apart. `text` may
/// hold NUL where values come in.
bool is_plain(std::string_view text);

}  // namespace rankwise::farm
