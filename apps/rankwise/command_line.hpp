#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/rankwise/command_table.hpp"
#include "apps/rankwise/common_options.hpp"

namespace rankwise::app {

/// A command line that was understood: either text to print and be done (help, version), or a command to run.
struct ParsedLine {
  std::optional<std::string> text;
  const CommandEntry* entry = nullptr;
  std::unique_ptr<Command> command;
};

/// @param words without the program's name
/// @throws UsageError
ParsedLine parse_command_line(const std::vector<std::string>& words);

/// The parser of one command; its options are bound to `command`.
std::unique_ptr<CLI::App> make_parser(const CommandEntry& entry, Command& command);

std::string general_help();

}  // namespace rankwise::app
