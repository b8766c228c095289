#include <fmt/format.h>

#include <iterator>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/command_line.hpp"
#include "apps/rankwise/commands/commands.hpp"

namespace rankwise::app {
namespace {

/// The long options of one command, in a row.
std::string options_of(const CommandEntry& entry) {
  const auto command = entry.make();
  const auto parser = make_parser(entry, *command);
  std::string names;
  for (const CLI::Option* option : parser->get_options()) {
    for (const auto& name : option->get_lnames()) fmt::format_to(std::back_inserter(names), "--{} ", name);
  }
  return names;
}

class Completion final : public Command {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("shell", shell_, "the shell: bash")->required()->type_name("SHELL");
  }
  void check() override { pick("completion", shell_, {"bash"}); }
  [[nodiscard]] bool needs_ranks() const override { return false; }

  ExitCode run(Invocation&) override {
    std::string names, cases;
    for (const CommandEntry& entry : command_table()) {
      names += fmt::format("{} ", entry.name);
      cases += fmt::format("    {}) words='{}' ;;\n", entry.name, options_of(entry));
    }
    answer(R"~(_rankwise() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} words= i command=
  # The first word after the program that is no option is the command, also behind mpiexec or srun.
  for ((i = 1; i < COMP_CWORD; ++i)); do
    [[ ${{COMP_WORDS[i]}} == -* ]] || {{ command=${{COMP_WORDS[i]}}; break; }}
  done
  case $command in
    '') words='{}help --help --version' ;;
    help) words='{}' ;;
{}  esac
  if [[ -z $command || $current == -* || $command == help ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}}
complete -o filenames -F _rankwise rankwise
)~",
           names, names, cases);
    return ExitCode::done;
  }

 private:
  std::string shell_;
};

}  // namespace

const char* const completion_explanation = R"~(To have it in every new shell:
  echo 'eval "$(rankwise completion bash)"' >> ~/.bashrc
)~";

std::unique_ptr<Command> make_completion() {
  return std::make_unique<Completion>();
}

}  // namespace rankwise::app
