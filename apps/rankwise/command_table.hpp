#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "apps/rankwise/command.hpp"

namespace rankwise::app {

/// One line of the table: everything that help, parser and completion need to know about a command.
struct CommandEntry {
  const char* name;
  const char* group;
  const char* summary;      ///< one line
  const char* arguments;    ///< as in the usage line: `SOURCE [options]`
  const char* explanation;  ///< what its help says below the options: details, the promise about bits, examples
  std::unique_ptr<Command> (*make)();
};

/// All commands, in the order in which the help lists them.
std::span<const CommandEntry> command_table();

/// @throws UsageError with the nearest name where there is no such command
const CommandEntry& find_command(std::string_view name);

}  // namespace rankwise::app
