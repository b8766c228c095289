#include "apps/rankwise/write_option.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "apps/rankwise/common_options.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/ranks/launcher.hpp"
#include "rankwise/storage/file_system.hpp"

namespace rankwise::app {

using storage::WriteBy;

CLI::Option* WriteOption::add_to(CLI::App& app) {
  return add_choice<WriteBy>(
      app, "--write",
      "each rank its parts (posix, or through MPI-IO: mpio), or rank 0 all (default: as the files need)",
      {{"auto", WriteBy::automatic}, {"posix", WriteBy::posix}, {"root", WriteBy::root}, {"mpio", WriteBy::mpi_io}},
      by_);
}

void WriteOption::check(const storage::Destination& destination, bool chunked) const {
  if (by_ == WriteBy::automatic || by_ == WriteBy::root) return;
  if (chunked || storage::format_of(destination) == storage::OutputFormat::csv) {
    throw UsageError(fmt::format("rank 0 alone writes chunks and CSV: --write {} is for .h5 without --chunk and .npy",
                                 by_ == WriteBy::posix ? "posix" : "mpio"));
  }
  if (by_ == WriteBy::mpi_io && ranks::detect_launcher().kind == ranks::Launcher::Kind::none) {
    throw UsageError("--write mpio needs MPI: start with mpiexec -n RANKS or srun");
  }
}

bool WriteOption::may_use_mpi_io(const storage::Destination& destination) const {
  if (by_ != WriteBy::automatic) return by_ == WriteBy::mpi_io;
  const std::filesystem::path whole = storage::whole_path(destination.file);
  return storage::file_system_of(whole.parent_path().string()).is_best_written_by_mpi_io();
}

}  // namespace rankwise::app
