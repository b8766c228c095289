#pragma once

#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "rankwise/processes/captured_output.hpp"
#include "rankwise/processes/descriptor.hpp"
#include "rankwise/processes/messages.hpp"

namespace rankwise::processes {

/// What the helper does not hear, and its children do.
inline constexpr std::array ignored_signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGXFSZ};

/// What all children are started with.
struct Surroundings {
  std::vector<std::string> environment;  ///< `NAME=value` each
  rlimit open_files;                     ///< how many they may have open
};

/// A process that was started for a task: the leader of a process group of its own, standard input from /dev/null, what
/// it prints to two pipes, signals as in a new process.
class Child {
 public:
  using Clock = std::chrono::steady_clock;

  /// Why a task could not be started.
  struct Refusal {
    int error;  ///< errno
    std::string reason;
    /// Later, with fewer processes or files, it might.
    [[nodiscard]] bool may_pass() const;
    /// As a shell ends: 127 where nothing was found, else 126.
    [[nodiscard]] int exit_code() const;
  };

  /// @throws Refusal
  Child(const Request& request, const Surroundings& surroundings);

  [[nodiscard]] pid_t process() const { return process_; }
  [[nodiscard]] int pipe(std::size_t stream) const { return pipes_[stream].get(); }
  /// Reads what is in a pipe (0: standard output, 1: standard error), without waiting, until it is empty, at its end,
  /// or a lot was read.
  /// @return whether it is at its end. @throws IoError where it cannot be kept
  bool read(std::size_t stream);
  void close_pipe(std::size_t stream) { pipes_[stream].reset(); }
  [[nodiscard]] bool pipes_are_closed() const { return !pipes_[0] && !pipes_[1]; }

  /// A signal to all of its process group that is left. @pre the process has not been waited for, or was just now
  void signal_group(int signal) const;
  [[nodiscard]] bool group_is_there() const;

  /// Lets go of the ended process. @pre it has ended
  void wait();
  [[nodiscard]] bool is_waited_for() const { return waited_for_; }

  /// What is known of it at its end. @pre it has been waited for
  Ended ended(std::uint64_t task, Ended::How how, std::string reason);

 private:
  pid_t process_ = -1;
  std::array<Descriptor, 2> pipes_;
  std::array<CapturedOutput, 2> outputs_;
  double start_ = 0;
  Clock::time_point began_;
  double seconds_ = 0;
  bool waited_for_ = false;
  int status_ = 0;
  rusage usage_{};
};

}  // namespace rankwise::processes
