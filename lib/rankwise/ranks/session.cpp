#include "rankwise/ranks/session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <boost/mpi/environment.hpp>
#include <boost/version.hpp>
#include <cstdlib>

#include "rankwise/base/errors.hpp"
#include "rankwise/ranks/collectives.hpp"
#include "rankwise/ranks/handle.hpp"
#include "rankwise/ranks/launcher_watch.hpp"

namespace rankwise::ranks {

using boost::mpi::threading::funneled;
using boost::mpi::threading::multiple;

struct Session::Environment {
  // Not aborting on exceptions: errors are agreed on, and main decides what cannot be.
  explicit Environment(bool threads_call) : boost(threads_call ? multiple : funneled, false) {}
  boost::mpi::environment boost;
};

Session::Session(bool threads_call) : launcher_(detect_launcher()) {
  if (launcher_.kind == Launcher::Kind::none) return;
  {
    const LauncherWatch watch;
    environment_ = std::make_unique<Environment>(threads_call);
  }
  // The constructor drops the level that was granted: ask for it.
  if (boost::mpi::environment::thread_level() < funneled) {
    throw MpiError("this MPI does not grant MPI_THREAD_FUNNELED; use one that was built with threads");
  }
  ranks_ = Communicator(std::make_shared<const Communicator::Handle>(
      Communicator::Handle{boost::mpi::communicator(MPI_COMM_WORLD, boost::mpi::comm_duplicate)}));
  if (ranks_.size() != launcher_.size) {
    throw MpiError(
        fmt::format("{} started {} processes, but MPI sees {}: the launcher belongs to another MPI than {}. "
                    "Use the launcher of the MPI that rankwise was built with{}",
                    name_of(launcher_.kind), launcher_.size, ranks_.size(), mpi_library(),
                    launcher_.kind == Launcher::Kind::slurm ? ", or srun --mpi=pmix (srun --mpi=list)" : ""));
  }
  node_ = ranks_.on_this_node();
  nodes_ = static_cast<int>(sum(ranks_, node_.is_root() ? 1 : 0));
}

Session::~Session() {
  // Communicators are freed before MPI is finalized.
  node_ = {};
  ranks_ = {};
}

void Session::abort(int exit_code) const {
  if (environment_ != nullptr) MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);
}

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string mpi_library() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  std::string version = text.data();
  // "Open MPI v4.1.4, package: ..." and "MPICH Version:\t4.0.2\n...": the first words say it.
  version = version.substr(0, version.find_first_of(",\n"));
  if (const auto v = version.find(" v"); v != std::string::npos) version.erase(v + 1, 1);
  return version;
}

std::string thread_level() {
  int started = 0, ended = 0;
  MPI_Initialized(&started);
  MPI_Finalized(&ended);
  if (started == 0 || ended != 0) return "not started";
  constexpr std::array names{"SINGLE", "FUNNELED", "SERIALIZED", "MULTIPLE"};
  return names.at(static_cast<std::size_t>(boost::mpi::environment::thread_level()));
}

bool threads_may_call() {
  return thread_level() == "MULTIPLE";
}

std::string boost_version() {
  return fmt::format("{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000);
}

}  // namespace rankwise::ranks
