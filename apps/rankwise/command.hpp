#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "rankwise/base/errors.hpp"

namespace rankwise::app {

class Invocation;

/// One command: what it takes and what it does. Made anew for each command line.
class Command {
 public:
  Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  virtual ~Command() = default;

  virtual void add_options(CLI::App& app) = 0;
  /// Turns what was typed into what is meant. @throws UsageError
  /// @note before MPI starts
  virtual void check() {}
  /// A command that needs no ranks runs once, in the process that is or would be rank 0.
  [[nodiscard]] virtual bool needs_ranks() const { return true; }
  /// Its threads may write through MPI-IO: MPI has to be started for that. After `check`.
  [[nodiscard]] virtual bool may_use_mpi_io() const { return false; }
  /// Its job can be computed in parts, whose checkpoints are merged: then it reads nothing and writes but --out.
  [[nodiscard]] virtual bool takes_shards() const { return false; }
  /// Its first word is an expression, even if it begins with a hyphen: -x + 1.
  [[nodiscard]] virtual bool takes_expressions() const { return false; }
  /// Its words, from the first that is no option of ours on, are a command of the user's, with options of its own.
  [[nodiscard]] virtual bool takes_a_command() const { return false; }
  virtual void take_command(std::vector<std::string> words) { static_cast<void>(words); }
  /// It starts processes, by a helper that is there before MPI is.
  [[nodiscard]] virtual bool needs_helper() const { return false; }
  /// @note Collective where the command needs ranks
  virtual ExitCode run(Invocation& invocation) = 0;
};

}  // namespace rankwise::app
