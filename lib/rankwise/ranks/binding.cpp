#include "rankwise/ranks/binding.hpp"
#include "rankwise/base/control_groups.hpp"

#include <fmt/format.h>
#include <hwloc.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "rankwise/base/errors.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"

namespace rankwise::ranks {
namespace {

class Topology {
 public:
  Topology() {
    if (hwloc_topology_init(&topology_) != 0) throw MpiError("hwloc cannot be started");
    if (hwloc_topology_load(topology_) != 0) {
      hwloc_topology_destroy(topology_);
      throw MpiError("hwloc cannot read this machine's layout");
    }
  }
  Topology(const Topology&) = delete;
  Topology& operator=(const Topology&) = delete;
  ~Topology() { hwloc_topology_destroy(topology_); }
  [[nodiscard]] hwloc_topology_t get() const { return topology_; }
  [[nodiscard]] int count(hwloc_obj_type_t type) const { return hwloc_get_nbobjs_by_type(topology_, type); }

 private:
  hwloc_topology_t topology_ = nullptr;
};

struct FreeBitmap {
  void operator()(hwloc_bitmap_t bitmap) const { hwloc_bitmap_free(bitmap); }
};
using Bitmap = std::unique_ptr<hwloc_bitmap_s, FreeBitmap>;

Processors processors_of(const Topology& topology, int process) {
  const Bitmap bitmap(hwloc_bitmap_alloc());
  const int failed = process == 0
                         ? hwloc_get_cpubind(topology.get(), bitmap.get(), HWLOC_CPUBIND_PROCESS)
                         : hwloc_get_proc_cpubind(topology.get(), process, bitmap.get(), HWLOC_CPUBIND_PROCESS);
  if (failed != 0) hwloc_bitmap_copy(bitmap.get(), hwloc_topology_get_allowed_cpuset(topology.get()));
  hwloc_bitmap_and(bitmap.get(), bitmap.get(), hwloc_topology_get_complete_cpuset(topology.get()));
  Processors processors;
  for (int id = hwloc_bitmap_first(bitmap.get()); id >= 0; id = hwloc_bitmap_next(bitmap.get(), id)) {
    processors.insert(id);
  }
  return processors;
}

/// @return whether the kernel let us
bool bind_to(const Topology& topology, const Processors& processors) {
  const Bitmap bitmap(hwloc_bitmap_alloc());
  for (const int id : processors) hwloc_bitmap_set(bitmap.get(), static_cast<unsigned>(id));
  return hwloc_set_cpubind(topology.get(), bitmap.get(), HWLOC_CPUBIND_PROCESS) == 0;
}

std::vector<Processors> masks_on_node(const Session& session, const Processors& mine) {
  std::string text;
  for (const int id : mine) text += fmt::format("{} ", id);
  std::vector<Processors> masks;
  for (const std::string& mask : all_gather_text(session.node(), text)) {
    Processors& processors = masks.emplace_back();
    const char* at = mask.c_str();
    for (char* end = nullptr; *at != '\0'; at = end + 1) processors.insert(static_cast<int>(std::strtol(at, &end, 10)));
  }
  return masks;
}

/// A positive number in the environment; of a list such as "4,2", the first.
std::optional<int> environment_number(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  const long value = std::strtol(text, nullptr, 10);
  if (value <= 0) return std::nullopt;
  return static_cast<int>(value);
}

/// OpenMP has laid out its places when the program was loaded, before any mend.
bool openmp_binds() {
  const char* binding = std::getenv("OMP_PROC_BIND");
  if (binding != nullptr) return std::string_view(binding) != "false" && std::string_view(binding) != "FALSE";
  return std::getenv("OMP_PLACES") != nullptr || std::getenv("GOMP_CPU_AFFINITY") != nullptr;
}

/// Not every Slurm binds its tasks: on a node shared with other jobs the mask alone would be everybody's.
std::optional<int> granted_by_slurm(const Session& session) {
  if (session.launcher().kind != Launcher::Kind::slurm) return std::nullopt;
  if (const auto per_task = environment_number("SLURM_CPUS_PER_TASK")) return per_task;
  const auto on_node = environment_number("SLURM_CPUS_ON_NODE");
  if (!on_node) return std::nullopt;
  return std::max(1, *on_node / session.node().size());
}

}  // namespace

Processors processors_of(int process) {
  return processors_of(Topology(), process);
}

ThreadLayout lay_out_threads(const Session& session, std::optional<int> requested) {
  std::optional<Topology> loaded;
  agree(session.ranks(), [&] { loaded.emplace(); });
  const Topology& topology = *loaded;
  ThreadLayout layout;
  Processors mine = processors_of(topology, 0);
  std::vector<Processors> masks = masks_on_node(session, mine);
  const int node_rank = session.node().rank(), node_size = session.node().size();

  Processors used;
  for (const Processors& mask : masks) used.insert(mask.begin(), mask.end());
  // The launcher's own process is not bound: its mask is what the user, the container or the batch system gave us.
  const Processors given = processors_of(topology, getppid());
  const bool wish = session.launcher().bound_by_default && given.size() > used.size();
  // Ranks may have parents of different kinds (a debugger, a profiler): all of the node mend, or none.
  if (sum(session.node(), wish ? 1 : 0) == static_cast<std::uint64_t>(node_size)) {
    const Processors share = share_of_processors(given, node_rank, node_size);
    if (bind_to(topology, share)) {
      layout.mended =
          fmt::format("mpiexec had bound {} to {} of {} processors; they are now shared out",
                      node_size == 1 ? "the rank" : fmt::format("{} ranks", node_size), used.size(), given.size());
      mine = share;
      if (openmp_binds()) {
        layout.warning =
            "OMP_PROC_BIND and OMP_PLACES hold the threads on the processors that mpiexec had bound the rank to; "
            "unset them";
      }
    }
    masks = masks_on_node(session, mine);
  }

  layout.threads = default_threads({.masks = masks,
                                    .node_rank = node_rank,
                                    .quota = processor_quota(),
                                    .openmp = environment_number("OMP_NUM_THREADS"),
                                    .granted = granted_by_slurm(session)});
  if (requested) {
    layout.threads = *requested;
    if (static_cast<std::size_t>(*requested) > mine.size()) {
      layout.warning = fmt::format("each rank may use {} of {} processors; its {} threads share them", mine.size(),
                                   topology.count(HWLOC_OBJ_PU), *requested);
      const bool room = given.size() >= static_cast<std::size_t>(*requested) * static_cast<std::size_t>(node_size);
      if (session.launcher().kind == Launcher::Kind::open_mpi && room) {
        layout.warning +=
            fmt::format(". Start with: mpiexec -n {} --map-by slot:PE={} ...", session.ranks().size(), *requested);
      } else if (session.launcher().kind == Launcher::Kind::slurm) {
        layout.warning += fmt::format(". Start with: srun --cpus-per-task={} ...", *requested);
      } else {
        layout.warning += ". Start with: fewer ranks, or fewer --threads";
      }
    }
  }
  return layout;
}

std::string describe_machine() {
  const Topology topology;
  const auto counted = [](int n, const char* thing) { return fmt::format("{} {}{}", n, thing, n == 1 ? "" : "s"); };
  return fmt::format("{}, {}, {}, {}", counted(topology.count(HWLOC_OBJ_PU), "processor"),
                     counted(topology.count(HWLOC_OBJ_CORE), "core"),
                     counted(topology.count(HWLOC_OBJ_PACKAGE), "package"),
                     counted(topology.count(HWLOC_OBJ_NUMANODE), "NUMA node"));
}

}  // namespace rankwise::ranks
