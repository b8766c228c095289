#include "apps/rankwise/complaint.hpp"

#include <fmt/format.h>

#include <cctype>
#include <optional>
#include <set>

#include "rankwise/base/nearest_word.hpp"

namespace rankwise::app {
namespace {

std::vector<std::string> option_names(const CLI::App& parser) {
  std::vector<std::string> names;
  for (const CLI::Option* option : parser.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// What is wrong with the options as they were typed, if anything. A mistyped one is the likeliest cause of whatever
/// else is missing.
std::optional<std::string> wrong_option(const CLI::App& parser, const std::vector<std::string>& words) {
  std::set<std::string> seen;
  std::optional<std::string> wrong;
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (!words[i].starts_with('-') || words[i] == "-") {
      if (parser.get_prefix_command()) break;  // what follows are not our options
      continue;
    }
    const auto equals = words[i].find('=');
    const std::string name = words[i].substr(0, equals);
    const CLI::Option* option = parser.get_option_no_throw(name);
    if (option == nullptr)
      return fmt::format("there is no option {}{}", name, did_you_mean(name, option_names(parser)));
    const bool takes_value = option->get_items_expected_max() != 0, has_equals = equals != std::string::npos;
    const bool has_value = has_equals ? equals + 1 < words[i].size() : i + 1 < words.size();
    if (wrong) continue;
    if (!takes_value && has_equals) wrong = fmt::format("{} takes no value", name);
    if (takes_value && !has_value) wrong = fmt::format("{0} needs a value: {0} {1}", name, option->get_type_name());
    const bool repeats = option->get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
    if (takes_value && !repeats && !seen.insert(name).second) wrong = fmt::format("{} is given more than once", name);
    if (takes_value && !has_equals) ++i;
  }
  return wrong;
}

/// On one line, where the help has one for each way.
std::string usage(const CommandEntry& entry) {
  std::string arguments = entry.arguments;
  for (std::size_t line = 0; (line = arguments.find("\n")) != std::string::npos;) {
    arguments.replace(line, arguments.find_first_not_of(" \n", line) - line, " | ");
  }
  return fmt::format("usage: rankwise {} {}", entry.name, arguments);
}

}  // namespace

std::string shown_name(const CLI::Option& option) {
  if (!option.get_lnames().empty()) return "--" + option.get_lnames().front();
  std::string name = option.get_name();
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::string complaint(const CommandEntry& entry, const CLI::App& parser, const CLI::ParseError& error,
                      const std::vector<std::string>& words) {
  if (const auto wrong = wrong_option(parser, words)) return *wrong;
  for (const CLI::Option* option : parser.get_options()) {
    if (option->get_required() && option->count() == 0) {
      return fmt::format("{} is required; {}", shown_name(*option), usage(entry));
    }
  }
  for (const std::string& word : parser.remaining()) {
    if (word != "--") return fmt::format("'{}' is one word too many; {}", word, usage(entry));
  }
  return error.what();
}

}  // namespace rankwise::app
