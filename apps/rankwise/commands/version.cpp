#include <fmt/format.h>

#include "apps/rankwise/commands/commands.hpp"
#include "rankwise/kernels/targets.hpp"
#include "rankwise/ranks/session.hpp"
#include "rankwise/storage/hdf5_library.hpp"

namespace rankwise::app {

std::string version_text(bool verbose) {
  std::string text = "rankwise " RANKWISE_VERSION "\n";
  if (!verbose) return text;
  const auto line = [&](const char* what, const std::string& value) { text += fmt::format("{:<14}{}\n", what, value); };
#ifdef __clang__
  line("compiler", "Clang " __clang_version__);
#else
  line("compiler", "GCC " __VERSION__);
#endif
  line("MPI", ranks::mpi_library());
  line("thread level", "FUNNELED asked for; doctor says what is granted");
  line("HDF5", storage::hdf5_version());
  line("Boost", ranks::boost_version());
  line("kernels", fmt::format("{}", fmt::join(kernels::usable_targets(), " ")));
  return text;
}

}  // namespace rankwise::app
