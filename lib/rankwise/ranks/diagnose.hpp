#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rankwise/base/finding.hpp"
#include "rankwise/ranks/binding.hpp"
#include "rankwise/ranks/session.hpp"

namespace rankwise::ranks {

/// What is worth knowing about MPI, binding, threads and the control group here. The same on every rank.
/// @note Collective
std::vector<Finding> diagnose(const Session& session, const ThreadLayout& layout);

/// What the ranks' warnings about their processors come to: each different one once, with its ranks.
/// @param warnings of all ranks; empty where all is well
std::vector<Finding> binding_findings(const ThreadLayout& layout, const std::vector<std::string>& warnings);

/// What there is to know about how srun starts MPI here.
struct SlurmFacts {
  ReadEnvironment read;
  bool by_srun = false;                   ///< started this process
  std::vector<std::string> offered = {};  ///< PMI types that Slurm has plugins for: `pmix`, `pmi2`, ...
  std::string mpi = {};                   ///< as mpi_library() names it
};

/// Whether srun and this MPI fit; nothing without Slurm. A pure function.
std::optional<Finding> slurm_pmi(const SlurmFacts& facts);

}  // namespace rankwise::ranks
