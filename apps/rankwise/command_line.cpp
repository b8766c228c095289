#include "apps/rankwise/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/complaint.hpp"

namespace rankwise::app {
namespace {

bool is_help(const std::string& word) {
  return word == "--help" || word == "-h";
}

/// @throws UsageError for values that are there and empty
void refuse_empty_values(const CLI::App& parser) {
  for (const CLI::Option* option : parser.get_options()) {
    for (const std::string& value : option->results()) {
      if (value.empty()) throw UsageError(fmt::format("{} must not be empty", shown_name(*option)));
    }
  }
}

std::string help_of(const CommandEntry& entry, const CLI::App& parser) {
  std::string options = parser.help("", CLI::AppFormatMode::All);
  const bool can_resume = parser.get_option_no_throw("--checkpoint") != nullptr;
  return fmt::format("{}\n\nUsage: rankwise {} {}\n{}\n{}{}", entry.summary, entry.name, entry.arguments, options,
                     entry.explanation, can_resume ? checkpoint_explanation : "");
}

/// Only the lists of arguments and options: heading and usage line are ours.
class Formatter : public CLI::Formatter {
 public:
  Formatter() { column_width(34); }
  std::string make_usage(const CLI::App*, std::string) const override { return ""; }
  std::string make_description(const CLI::App*) const override { return ""; }
  std::string make_option_opts(const CLI::Option* option) const override {
    return option->get_type_size() == 0 ? "" : " " + option->get_type_name();
  }
};

/// What is a command of the user's, and what follows it: after the options that come first. Those are parsed.
std::vector<std::string> parse_options_before(const CommandEntry& entry, CLI::App& parser,
                                              std::vector<std::string> words) {
  // Values that follow ::: may look like anything.
  const auto values =
      std::find_if(words.begin(), words.end(), [](const std::string& word) { return word.starts_with(":::"); });
  std::vector<std::string> after(values, words.end());
  words.erase(values, words.end());
  try {
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    parser.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    throw;
  } catch (const CLI::ParseError& error) {
    throw UsageError(complaint(entry, parser, error, words));
  }
  std::vector<std::string> command = parser.remaining();
  if (!command.empty() && command[0] == "--") {
    command.erase(command.begin());
  } else if (!command.empty() && command[0].starts_with('-') && command[0] != "-") {
    throw UsageError(complaint(entry, parser, CLI::ExtrasError({command[0]}), words));
  }
  command.insert(command.end(), after.begin(), after.end());
  return command;
}

}  // namespace

std::unique_ptr<CLI::App> make_parser(const CommandEntry& entry, Command& command) {
  auto parser = std::make_unique<CLI::App>(entry.summary, entry.name);
  parser->formatter(std::make_shared<Formatter>());
  parser->set_help_flag("-h,--help", "print this and exit");
  command.add_options(*parser);
  for (CLI::Option* option : parser->get_options()) option->disable_flag_override();  // no --json=no
  parser->prefix_command(command.takes_a_command());
  return parser;
}

std::string general_help() {
  std::string text =
      "rankwise: the heavy jobs of data science on ranks × threads\n\n"
      "Usage: rankwise COMMAND [arguments]\n"
      "       mpiexec -n 4 rankwise COMMAND ...      the same on 4 ranks\n"
      "       srun rankwise COMMAND ...              the same on a Slurm cluster\n";
  std::string group;
  for (const CommandEntry& entry : command_table()) {
    if (group != entry.group) text += fmt::format("\n{}\n", group = entry.group);
    text += fmt::format("  {:<13}{}\n", entry.name, entry.summary);
  }
  return text +
         "\nrankwise COMMAND --help says everything about a command; --version [--verbose] what this program is.\n"
         "\nExit codes: 0 done, 1 a check failed, 2 usage, 3 input or output, 4 internal or MPI, 75 stopped "
         "early\nwith a checkpoint to go on from, 128 + n ended by signal n.\n";
}

ParsedLine parse_command_line(const std::vector<std::string>& words) {
  ParsedLine line;
  if (words.empty()) throw UsageError("which command? rankwise --help lists them");
  if (is_help(words[0]) || (words[0] == "help" && words.size() == 1)) {
    line.text = general_help();
    return line;
  }
  if (words[0] == "--version" || words[0] == "-V") {
    const bool verbose = words.size() == 2 && words[1] == "--verbose";
    if (words.size() > 1 && !verbose) throw UsageError(fmt::format("--version takes --verbose, not '{}'", words[1]));
    line.text = version_text(verbose);
    return line;
  }
  if (words[0].starts_with('-')) {
    throw UsageError(fmt::format("which command? {} comes before it: rankwise COMMAND [arguments]", words[0]));
  }
  const bool asks_for_help = words[0] == "help";
  if (asks_for_help && words.size() > 2) throw UsageError("help takes one command");
  line.entry = &find_command(words[asks_for_help ? 1 : 0]);
  line.command = line.entry->make();
  const auto parser = make_parser(*line.entry, *line.command);
  std::vector<std::string> rest(words.begin() + 1, words.end());
  const bool ends_with_command = line.command->takes_a_command();
  if (asks_for_help || (!ends_with_command && std::any_of(rest.begin(), rest.end(), is_help))) {
    line.text = help_of(*line.entry, *parser);
    return line;
  }
  if (ends_with_command) {
    try {
      line.command->take_command(parse_options_before(*line.entry, *parser, rest));
    } catch (const CLI::CallForHelp&) {
      line.text = help_of(*line.entry, *parser);
      return line;
    }
    refuse_empty_values(*parser);
    line.command->check();
    return line;
  }
  if (line.command->takes_expressions() && !rest.empty() && rest[0].size() > 1 && rest[0][0] == '-' &&
      rest[0][1] != '-') {
    rest[0].insert(0, " ");
  }
  try {
    std::vector<std::string> reversed(rest.rbegin(), rest.rend());
    parser->parse(reversed);
  } catch (const CLI::ParseError& error) {
    throw UsageError(complaint(*line.entry, *parser, error, rest));
  }
  refuse_empty_values(*parser);
  line.command->check();
  return line;
}

}  // namespace rankwise::app
