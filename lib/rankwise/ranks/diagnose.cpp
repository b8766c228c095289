#include "rankwise/ranks/diagnose.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "rankwise/ranks/collectives.hpp"

namespace rankwise::ranks {
namespace {

std::string plural(int n, const char* thing) {
  return fmt::format("{} {}{}", n, thing, n == 1 ? "" : "s");
}

Finding mpi(const Session& session) {
  if (session.launcher().kind == Launcher::Kind::none) {
    return {.topic = "MPI",
            .message = fmt::format("{}; one process without a launcher, MPI is not started", mpi_library())};
  }
  return {.topic = "MPI",
          .message =
              fmt::format("{}, launched by {}, {} granted, {} on {}", mpi_library(), name_of(session.launcher().kind),
                          thread_level(), plural(session.ranks().size(), "rank"), plural(session.nodes(), "node"))};
}

Finding binding(const ThreadLayout& layout, std::uint64_t warned) {
  Finding finding{.topic = "binding", .message = layout.mended};
  if (layout.mended.empty()) finding.message = fmt::format("each rank may use {} or more processors", layout.threads);
  if (warned > 0) {
    finding.ok = false;
    const auto cut = layout.warning.find(". Start with: ");
    finding.message = layout.warning.substr(0, cut);
    if (cut != std::string::npos) finding.mend = layout.warning.substr(cut + 14);
  }
  return finding;
}

Finding slurm_step() {
  // Slurm 22.05 and later: sbatch's --cpus-per-task does not reach srun by itself.
  const char* asked = std::getenv("SLURM_CPUS_PER_TASK");
  const char* granted = std::getenv("SLURM_CPUS_ON_NODE");
  return {.topic = "Slurm",
          .message = fmt::format("job {}, {} processors on this node, {} per task", std::getenv("SLURM_JOB_ID"),
                                 granted != nullptr ? granted : "?", asked != nullptr ? asked : "1")};
}

}  // namespace

std::vector<Finding> diagnose(const Session& session, const ThreadLayout& layout) {
  std::vector<Finding> findings{mpi(session)};
  findings.push_back({.topic = "machine", .message = describe_machine()});
  const std::uint64_t warned = sum(session.ranks(), layout.warning.empty() ? 0 : 1);
  findings.push_back(binding(layout, warned));
  findings.push_back({.topic = "threads", .message = fmt::format("{} per rank", layout.threads)});
  if (const auto quota = processor_quota()) {
    findings.push_back(
        {.topic = "quota", .message = fmt::format("the control group grants {:.3g} processors", *quota)});
  }
  if (std::getenv("SLURM_JOB_ID") != nullptr) findings.push_back(slurm_step());
  return findings;
}

}  // namespace rankwise::ranks
