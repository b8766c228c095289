#include "apps/rankwise/command_table.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "apps/rankwise/commands/commands.hpp"
#include "rankwise/base/nearest_word.hpp"

namespace rankwise::app {

std::span<const CommandEntry> command_table() {
  static const std::array table{
      CommandEntry{"pi", "Monte Carlo", "π from random points, to as many digits as you have cores for",
                   "--samples N [options]", pi_explanation, make_pi},
      CommandEntry{"completion", "About this program", "a script that completes commands and options in your shell",
                   "bash", completion_explanation, make_completion},
  };
  return table;
}

const CommandEntry& find_command(std::string_view name) {
  std::vector<std::string> names;
  for (const CommandEntry& entry : command_table()) {
    if (name == entry.name) return entry;
    names.emplace_back(entry.name);
  }
  throw UsageError(
      fmt::format("there is no command '{}'{}; rankwise --help lists them", name, did_you_mean(name, names)));
}

}  // namespace rankwise::app
