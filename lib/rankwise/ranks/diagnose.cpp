#include "rankwise/ranks/diagnose.hpp"
#include "rankwise/base/control_groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <utility>

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

/// `rank 3`, `ranks 0 to 3, 7`
std::string ranks_in_words(const std::vector<std::size_t>& ranks) {
  std::string text;
  for (std::size_t i = 0, end = 0; i < ranks.size(); i = end) {
    for (end = i + 1; end < ranks.size() && ranks[end] == ranks[end - 1] + 1;) ++end;
    text += fmt::format("{}{}", i > 0 ? ", " : "", ranks[i]);
    if (end > i + 1) text += fmt::format(" to {}", ranks[end - 1]);
  }
  return fmt::format("rank{} {}", ranks.size() == 1 ? "" : "s", text);
}

/// The names of the plugins that srun's --mpi has, where distributions put them.
std::vector<std::string> slurm_pmi_types() {
  std::set<std::string> types;
  for (const char* library : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib",
                              "/usr/local/lib", "/opt/slurm/lib"}) {
    std::error_code none;
    for (const auto& folder : std::filesystem::directory_iterator(library, none)) {
      if (!folder.path().filename().string().starts_with("slurm")) continue;
      for (const auto& plugin : std::filesystem::directory_iterator(folder.path(), none)) {
        const std::string name = plugin.path().filename().string();
        if (name.starts_with("mpi_") && name.ends_with(".so")) types.insert(name.substr(4, name.size() - 7));
      }
    }
  }
  types.erase("none");
  return {types.begin(), types.end()};
}

Finding slurm_step() {
  // Slurm 22.05 and later: sbatch's --cpus-per-task does not reach srun by itself.
  const char* asked = std::getenv("SLURM_CPUS_PER_TASK");
  const char* granted = std::getenv("SLURM_CPUS_ON_NODE");
  return {.topic = "Slurm",
          .message = fmt::format("job {}, {} processors on this node, {} per task", std::getenv("SLURM_JOB_ID"),
                                 granted != nullptr ? granted : "?", asked != nullptr ? asked : "1")};
}

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace

std::vector<Finding> binding_findings(const ThreadLayout& layout, const std::vector<std::string>& warnings) {
  std::map<std::string, std::vector<std::size_t>> ranks_of;
  for (std::size_t rank = 0; rank < warnings.size(); ++rank) {
    if (!warnings[rank].empty()) ranks_of[warnings[rank]].push_back(rank);
  }
  std::vector<Finding> findings;
  for (const auto& [warning, ranks] : ranks_of) {
    constexpr std::string_view advice = ". Start with: ";
    const auto cut = warning.find(advice);
    Finding finding{.ok = false, .topic = "binding", .message = warning.substr(0, cut)};
    if (ranks.size() < warnings.size()) finding.message = ranks_in_words(ranks) + ": " + finding.message;
    if (cut != std::string::npos) finding.mend = warning.substr(cut + advice.size());
    findings.push_back(std::move(finding));
  }
  if (!findings.empty()) return findings;
  const std::string none = fmt::format("each rank may use {} or more processors", layout.threads);
  return {{.topic = "binding", .message = layout.mended.empty() ? none : layout.mended}};
}

std::optional<Finding> slurm_pmi(const SlurmFacts& facts) {
  const auto& read = facts.read;
  const std::string fitting = facts.mpi.starts_with("Open MPI") ? "pmix" : "pmi2";
  std::string offers = fmt::format("srun offers {}", fmt::join(facts.offered, ", "));
  if (facts.offered.empty()) offers = "srun --mpi=list says what it offers";
  if (const auto type = read("SLURM_MPI_TYPE")) offers += fmt::format(", SLURM_MPI_TYPE is {}", *type);
  Finding finding{.topic = "PMI"};
  if (!facts.by_srun) {
    if (facts.offered.empty()) return std::nullopt;
    finding.message = fmt::format("{}; {} needs {}", offers, facts.mpi, fitting);
    return finding;
  }
  const bool pmix = read("PMIX_RANK") || read("PMIX_NAMESPACE"), pmi2 = read("PMI_RANK") || read("PMI_FD");
  finding.message = fmt::format("srun started this step with {}; {}", pmix ? "pmix" : pmi2 ? "pmi2" : "no PMI", offers);
  if (pmix || pmi2) return finding;
  finding.ok = false;
  const bool offered = std::find(facts.offered.begin(), facts.offered.end(), fitting) != facts.offered.end();
  finding.mend =
      offered || facts.offered.empty()
          ? fmt::format("srun --mpi={} ..., or each task takes itself for the only one", fitting)
          : fmt::format("mpiexec in a batch script: this Slurm has no {}, which {} needs", fitting, facts.mpi);
  return finding;
}

std::vector<Finding> diagnose(const Session& session, const ThreadLayout& layout) {
  std::vector<Finding> findings{mpi(session)};
  findings.push_back({.topic = "machine", .message = describe_machine()});
  for (auto& finding : binding_findings(layout, all_gather_text(session.ranks(), layout.warning))) {
    findings.push_back(std::move(finding));
  }
  findings.push_back({.topic = "threads", .message = fmt::format("{} per rank", layout.threads)});
  if (const auto quota = processor_quota()) {
    findings.push_back(
        {.topic = "quota", .message = fmt::format("the control group grants {:.3g} processors", *quota)});
  }
  if (std::getenv("SLURM_JOB_ID") != nullptr) findings.push_back(slurm_step());
  const bool by_srun = session.launcher().kind == Launcher::Kind::slurm;
  if (auto pmi = slurm_pmi({environment, by_srun, slurm_pmi_types(), mpi_library()})) {
    findings.push_back(std::move(*pmi));
  }
  return findings;
}

}  // namespace rankwise::ranks
