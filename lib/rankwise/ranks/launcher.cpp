#include "rankwise/ranks/launcher.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

namespace rankwise::ranks {
namespace {

std::optional<int> number(const ReadEnvironment& read, const char* name) {
  const auto text = read(name);
  if (!text) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return value;
}

/// What mpiexec's options of placing and binding, and its configuration, become in a rank's environment.
constexpr std::array binding_choices{"OMPI_MCA_hwloc_base_binding_policy",
                                     "OMPI_MCA_rmaps_base_mapping_policy",
                                     "OMPI_MCA_hwloc_base_cpu_set",
                                     "OMPI_MCA_hwloc_base_cpu_list",
                                     "OMPI_MCA_orte_rankfile",
                                     "OMPI_MCA_hwloc_base_bind_to_core",
                                     "OMPI_MCA_hwloc_base_bind_to_socket",
                                     "OMPI_MCA_rmaps_base_cpus_per_rank",
                                     "PRTE_MCA_hwloc_default_binding_policy"};

}  // namespace

Launcher detect_launcher(const ReadEnvironment& read) {
  using Kind = Launcher::Kind;
  const auto from = [&](Kind kind, const char* rank, const char* size) -> std::optional<Launcher> {
    const auto n = number(read, size);
    if (!n) return std::nullopt;
    return Launcher{.kind = kind, .rank = number(read, rank).value_or(0), .size = *n};
  };
  // mpiexec inside a Slurm job sees Slurm's variables too, about its daemons: the nearest launcher comes first.
  if (auto launcher = from(Kind::open_mpi, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE")) {
    launcher->bound_by_default = std::none_of(binding_choices.begin(), binding_choices.end(),
                                              [&](const char* name) { return read(name).has_value(); });
    return *launcher;
  }
  // In a batch script itself there is a SLURM_NTASKS but no step: the program stands alone there.
  auto srun = from(Kind::slurm, "SLURM_PROCID", "SLURM_STEP_NUM_TASKS");
  if (!read("SLURM_STEP_ID")) srun.reset();
  if (auto launcher = from(Kind::pmi, "PMI_RANK", "PMI_SIZE")) {
    const bool is_srun = srun && srun->rank == launcher->rank && srun->size == launcher->size;  // --mpi=pmi2
    return is_srun ? *srun : *launcher;
  }
  return srun.value_or(Launcher{});
}

Launcher detect_launcher() {
  return detect_launcher([](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return value;
  });
}

const char* name_of(Launcher::Kind kind) {
  switch (kind) {
    case Launcher::Kind::open_mpi:
      return "mpiexec";
    case Launcher::Kind::slurm:
      return "srun";
    case Launcher::Kind::pmi:
      return "mpiexec (PMI)";
    case Launcher::Kind::none:
      break;
  }
  return "no launcher";
}

}  // namespace rankwise::ranks
