#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "apps/rankwise/command_table.hpp"

namespace rankwise::app {

/// What is wrong with a command's words, in one sentence of ours: CLI11's own are for programmers.
/// @param parser has refused the words with `error`
std::string complaint(const CommandEntry& entry, const CLI::App& parser, const CLI::ParseError& error,
                      const std::vector<std::string>& words);

/// `--samples`, or `SOURCE` for a word without an option.
std::string shown_name(const CLI::Option& option);

}  // namespace rankwise::app
