#pragma once

#include <memory>
#include <string>

#include "rankwise/ranks/communicator.hpp"
#include "rankwise/ranks/launcher.hpp"

namespace rankwise::ranks {

/// MPI for as long as the program runs, or one process alone: MPI is started only where a launcher started us, because
/// a start without one costs a third of a second and forks a daemon. Make one in `main`, before any thread.
class Session {
 public:
  /// @param threads_call whether MPI is asked for MPI_THREAD_MULTIPLE; whether it grants that, `threads_may_call` says
  /// @throws MpiError if the launcher belongs to another MPI, or MPI does not grant MPI_THREAD_FUNNELED.
  /// @note Collective
  explicit Session(bool threads_call = false);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  [[nodiscard]] const Communicator& ranks() const { return ranks_; }
  [[nodiscard]] const Communicator& node() const { return node_; }
  [[nodiscard]] int nodes() const { return nodes_; }
  [[nodiscard]] const Launcher& launcher() const { return launcher_; }

  /// Ends all ranks at once; for a failure that the ranks cannot agree on.
  [[noreturn]] void abort(int exit_code) const;

 private:
  struct Environment;
  Launcher launcher_;
  std::unique_ptr<Environment> environment_;
  Communicator ranks_;
  Communicator node_;
  int nodes_ = 1;
};

std::string host_name();

/// `Open MPI 4.1.4`. Needs no session.
std::string mpi_library();
/// The thread level that MPI grants here, such as `FUNNELED`; `not started` for a process alone.
std::string thread_level();
/// Whether MPI is started and any thread may call it: MPI_THREAD_MULTIPLE.
bool threads_may_call();
/// `1.74`
std::string boost_version();

}  // namespace rankwise::ranks
