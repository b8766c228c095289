#pragma once

#include <optional>
#include <string>

#include "rankwise/ranks/session.hpp"
#include "rankwise/ranks/thread_budget.hpp"

namespace rankwise::ranks {

/// How many threads this rank computes with, and what was found about where they may run.
struct ThreadLayout {
  int threads = 1;
  std::string mended;   ///< what was done about a bad binding; empty where nothing was
  std::string warning;  ///< what the user should type instead; empty where all is well
};

/// Decides on the threads of this rank. Where Open MPI bound the ranks by its own default so that processors of the
/// node would idle (one core a rank, say), the processors are dealt out to the node's ranks anew; a binding that the
/// user or Slurm chose stays, and a warning says what it costs.
/// @param requested `--threads`
/// @pre no other thread runs yet: they would keep the old binding
/// @note Collective
ThreadLayout lay_out_threads(const Session& session, std::optional<int> requested);

/// The processors that a process may run on; 0 is this one.
Processors processors_of(int process);

/// `16 cores in 2 packages, 2 NUMA nodes`
std::string describe_machine();

}  // namespace rankwise::ranks
