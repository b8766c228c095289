#pragma once

#include <stdexcept>
#include <string>

namespace rankwise {

/// What the program returns to its caller; the same on every rank.
enum class ExitCode : int {
  done = 0,
  failed = 1,        ///< ran, and something failed (a check of `doctor`)
  usage = 2,         ///< the command line is wrong
  input_output = 3,  ///< a file is missing, damaged, unsuitable, or cannot be written
  internal = 4,      ///< MPI, or a bug of ours
  stopped = 75,      ///< stopped early, with a checkpoint to go on from
};

/// Errors are told apart by who can mend them; each knows the exit code it ends the program with.
class Error : public std::runtime_error {
 public:
  Error(int exit_code, const std::string& message) : std::runtime_error(message), exit_code_(exit_code) {}
  Error(ExitCode exit_code, const std::string& message) : Error(static_cast<int>(exit_code), message) {}
  [[nodiscard]] int exit_code() const noexcept { return exit_code_; }

 private:
  int exit_code_;
};

/// The user typed something that cannot be meant.
struct UsageError : Error {
  explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};

/// The input is there but is not what the command needs (another type, damaged, ragged).
struct InputError : Error {
  explicit InputError(const std::string& message) : Error(ExitCode::input_output, message) {}
};

/// The file system refused (missing file, no permission, full disk).
struct IoError : Error {
  explicit IoError(const std::string& message) : Error(ExitCode::input_output, message) {}
};

/// MPI, its launcher or the machine's set-up refused.
struct MpiError : Error {
  explicit MpiError(const std::string& message) : Error(ExitCode::internal, message) {}
};

/// A signal asked the program to stop. The exit code is the shell's: 128 + the signal's number.
struct Stopped : Error {
  explicit Stopped(int signal);
};

}  // namespace rankwise
