#pragma once

#include <functional>
#include <optional>
#include <string>

namespace rankwise::ranks {

/// What started this process, read from its environment before MPI is up.
struct Launcher {
  enum class Kind { none, open_mpi, slurm, pmi };
  Kind kind = Kind::none;
  int rank = 0;
  int size = 1;
  /// Open MPI bound each rank by its own default, and nobody asked for a binding.
  bool bound_by_default = false;
};

using ReadEnvironment = std::function<std::optional<std::string>(const char* name)>;

/// @param read looks up one variable; the process's own environment by default.
Launcher detect_launcher(const ReadEnvironment& read);
Launcher detect_launcher();

/// `mpiexec`, `srun`, ... as an error message names it.
const char* name_of(Launcher::Kind kind);

}  // namespace rankwise::ranks
