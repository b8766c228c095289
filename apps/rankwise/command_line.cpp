#include "apps/rankwise/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "apps/rankwise/commands/commands.hpp"
#include "rankwise/base/nearest_word.hpp"

namespace rankwise::app {
namespace {

bool is_help(const std::string& word) {
  return word == "--help" || word == "-h";
}

std::vector<std::string> option_names(const CLI::App& parser) {
  std::vector<std::string> names;
  for (const CLI::Option* option : parser.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// CLI11's complaints in our words.
[[noreturn]] void complain(const CLI::App& parser, const CLI::ParseError& error,
                           const std::vector<std::string>& words) {
  // A mistyped option is the likeliest cause of whatever else is missing.
  const auto names = option_names(parser);
  for (const std::string& word : words) {
    if (!word.starts_with("--")) continue;
    const std::string name = word.substr(0, word.find('='));
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    throw UsageError(fmt::format("there is no option {}{}", name, did_you_mean(name, names)));
  }
  throw UsageError(error.what());
}

std::string help_of(const CommandEntry& entry, const CLI::App& parser) {
  std::string options = parser.help("", CLI::AppFormatMode::All);
  return fmt::format("{}\n\nUsage: rankwise {} {}\n{}\n{}", entry.summary, entry.name, entry.arguments, options,
                     entry.explanation);
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

}  // namespace

std::unique_ptr<CLI::App> make_parser(const CommandEntry& entry, Command& command) {
  auto parser = std::make_unique<CLI::App>(entry.summary, entry.name);
  parser->formatter(std::make_shared<Formatter>());
  parser->set_help_flag("-h,--help", "print this and exit");
  command.add_options(*parser);
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
    text += fmt::format("  {:<12}{}\n", entry.name, entry.summary);
  }
  return text +
         "\nrankwise COMMAND --help says everything about a command; --version [--verbose] what this program is.\n"
         "\nExit codes: 0 done, 1 a check failed, 2 usage, 3 input or output, 4 internal or MPI, 128 + n ended by "
         "signal n.\n";
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
  const bool asks_for_help = words[0] == "help";
  line.entry = &find_command(words[asks_for_help ? 1 : 0]);
  line.command = line.entry->make();
  const auto parser = make_parser(*line.entry, *line.command);
  std::vector<std::string> rest(words.begin() + 1, words.end());
  if (asks_for_help || std::any_of(rest.begin(), rest.end(), is_help)) {
    line.text = help_of(*line.entry, *parser);
    return line;
  }
  try {
    std::vector<std::string> reversed(rest.rbegin(), rest.rend());
    parser->parse(reversed);
  } catch (const CLI::ParseError& error) {
    complain(*parser, error, rest);
  }
  line.command->check();
  return line;
}

}  // namespace rankwise::app
