#include "rankwise/farm/command_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace rankwise::farm {
namespace {

constexpr std::string_view blanks = " \t";

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; (at = text.find_first_not_of(blanks, at)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(blanks, at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::optional<Part> part_named(std::string_view text) {
  if (text.empty()) return Part::all;
  if (text == ".") return Part::without_extension;
  if (text == "/") return Part::name;
  if (text == "//") return Part::folder;
  if (text == "/.") return Part::bare_name;
  return std::nullopt;
}

}  // namespace

/// A place at the beginning of the text, and how long it is there.
std::optional<CommandTemplate::Place> CommandTemplate::place_at(std::string_view text, std::size_t& length) {
  const auto end = text.find('}');
  if (!text.starts_with('{') || end == std::string_view::npos) return std::nullopt;
  length = end + 1;
  std::string_view inside = text.substr(1, end - 1);
  if (inside == "#") return Place{.number = true};
  Place place;
  const auto [rest, error] = std::from_chars(inside.data(), inside.data() + inside.size(), place.position);
  if (error == std::errc()) {
    if (place.position == 0) return std::nullopt;
    inside.remove_prefix(static_cast<std::size_t>(rest - inside.data()));
  } else if (error != std::errc::invalid_argument) {
    return std::nullopt;
  }
  const auto part = part_named(inside);
  if (!part) return std::nullopt;
  place.part = *part;
  return place;
}

CommandTemplate::CommandTemplate(std::string text) {
  lines_are_commands_ = text.find_first_not_of(" \t\n") == std::string::npos;
  if (lines_are_commands_) return;
  std::string all;
  pieces_.emplace_back();
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = 0;
    auto place = place_at(std::string_view(text).substr(at), length);
    if (!place) {
      pieces_.back().text += text[at++];
      continue;
    }
    pieces_.back().place = *place;
    pieces_.emplace_back();
    at += length;
  }
  if (pieces_.size() == 1) {
    pieces_.back().text += ' ';
    pieces_.back().place = Place{};
    pieces_.emplace_back();
  }
  ShellReader reader;
  for (std::size_t p = 0; p < pieces_.size(); ++p) {
    Piece& piece = pieces_[p];
    reader.read(piece.text);
    all += piece.text;
    if (!piece.place) continue;
    piece.place->where = reader.place();
    std::size_t before = p, after = p + 1;  // text, beyond other places
    while (before > 0 && pieces_[before].text.empty()) --before;
    while (after + 1 < pieces_.size() && pieces_[after].text.empty()) ++after;
    piece.place->next_to = neighbours(pieces_[before].text, pieces_[after].text);
    const auto is_blank = [](const std::string& text, bool last) {
      return text.empty() || blanks.find(last ? text.back() : text.front()) != std::string_view::npos;
    };
    piece.place->stands_alone =
        before == p && after == p + 1 && is_blank(piece.text, true) && is_blank(pieces_[after].text, false);
    reader.skip_value();
    all += '\0';
  }
  plain_ = is_plain(all);
}

bool CommandTemplate::has_numbers() const {
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [](const Piece& piece) { return piece.place && piece.place->number; });
}

std::vector<std::string> CommandTemplate::values_at(const Place& place, const Arguments& arguments) {
  if (place.number) return {std::to_string(arguments.number)};
  const auto& values = arguments.values;
  std::vector<std::string> found;
  if (place.position == 0) {
    for (const std::string& value : values) found.push_back(part_of(value, place.part));
    return found;
  }
  const auto count = static_cast<std::ptrdiff_t>(values.size());
  const std::ptrdiff_t index = place.position > 0 ? place.position - 1 : count + place.position;
  if (index < 0 || index >= count) return {};
  return {part_of(values[static_cast<std::size_t>(index)], place.part)};
}

std::string CommandTemplate::line_of(const Arguments& arguments) const {
  std::string line;
  for (const Piece& piece : pieces_) {
    line += piece.text;
    if (!piece.place) continue;
    const auto values = values_at(*piece.place, arguments);
    // What stands on both sides of a value that is missing must not become one.
    if (values.empty() && !piece.place->stands_alone && piece.place->where == ShellPlace::plain) line += "''";
    bool first = true;
    for (const std::string& value : values) {
      if (!std::exchange(first, false)) line += ' ';
      line += shell_word_at(piece.place->where, value, piece.place->next_to);
    }
  }
  return line;
}

/// Words as they come apart at the blanks of the template, and between values.
std::vector<std::string> CommandTemplate::words_of(const Arguments& arguments) const {
  std::vector<std::string> words;
  bool open = false;  // the last word may go on
  const auto extend = [&](std::string_view text) {
    if (!open) words.emplace_back();
    words.back() += text;
    open = true;
  };
  for (const Piece& piece : pieces_) {
    for (std::size_t at = 0; at < piece.text.size();) {
      const bool blank = blanks.find(piece.text[at]) != std::string_view::npos;
      const std::size_t end = std::min(
          blank ? piece.text.find_first_not_of(blanks, at) : piece.text.find_first_of(blanks, at), piece.text.size());
      blank ? void(open = false) : extend(std::string_view(piece.text).substr(at, end - at));
      at = end;
    }
    if (!piece.place) continue;
    bool first = true;
    for (const std::string& value : values_at(*piece.place, arguments)) {
      if (!std::exchange(first, false)) open = false;
      extend(value);
    }
  }
  return words;
}

processes::Command CommandTemplate::fill(const Arguments& arguments) const {
  if (lines_are_commands_) {
    processes::Command command{.words = {}, .line = fmt::format("{}", fmt::join(arguments.values, " "))};
    if (is_plain(command.line)) command.words = split(command.line);
    return command;
  }
  return {.words = plain_ ? words_of(arguments) : std::vector<std::string>(), .line = line_of(arguments)};
}

}  // namespace rankwise::farm
