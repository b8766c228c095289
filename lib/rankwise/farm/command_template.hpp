#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rankwise/farm/path_parts.hpp"
#include "rankwise/farm/shell_text.hpp"
#include "rankwise/processes/messages.hpp"

namespace rankwise::farm {

/// What one task is made of.
struct Arguments {
  std::uint64_t number = 1;  ///< {#}
  std::vector<std::string> values;
};

/// A command with places for values: `gzip -k {}`. The places are GNU parallel's: {} for all values, {2} for the
/// second,
/// {-1} for the last, each with . / // or /. for a part of a path; {#} for the task's number. A value stays a value: as
/// words of the program where the command has none of the shell's characters, in quotes where it has.
class CommandTemplate {
 public:
  /// @param text without any place, the values follow it; without anything, each value is a command line
  explicit CommandTemplate(std::string text);

  /// @throws UsageError where a value cannot be put where it should go
  [[nodiscard]] processes::Command fill(const Arguments& arguments) const;

  /// Whether commands differ by their numbers.
  [[nodiscard]] bool has_numbers() const;

 private:
  struct Place {
    bool number = false;  // {#}
    int position = 0;     // {2}; 0: all; negative: from the end
    Part part = Part::all;
    ShellPlace where = ShellPlace::plain;
    bool stands_alone = true;  // blanks, or nothing, on both sides
    Neighbours next_to = {};
  };
  struct Piece {
    std::string text;  // before the place
    std::optional<Place> place;
  };

  static std::optional<Place> place_at(std::string_view text, std::size_t& length);
  static std::vector<std::string> values_at(const Place& place, const Arguments& arguments);
  [[nodiscard]] std::string line_of(const Arguments& arguments) const;
  [[nodiscard]] std::vector<std::string> words_of(const Arguments& arguments) const;

  std::vector<Piece> pieces_;
  bool plain_ = false;
  bool lines_are_commands_ = false;
};

}  // namespace rankwise::farm
