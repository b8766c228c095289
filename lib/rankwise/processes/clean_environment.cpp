#include "rankwise/processes/clean_environment.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace rankwise::processes {
namespace {

using namespace std::string_view_literals;

constexpr std::array of_ranks{"PMIX_"sv, "PMI_"sv, "ORTE_"sv, "PRTE_"sv, "SLURM_STEPID="sv, "SLURM_STEP_ID="sv};
// mpiexec passes the user's own on; nobody but the user sets these.
constexpr std::array of_the_user{"OMPI_ALLOW_RUN_AS_ROOT="sv, "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="sv};

bool begins_with_any(std::string_view variable, std::span<const std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(), [&](auto begin) { return variable.starts_with(begin); });
}

}  // namespace

std::vector<std::string> clean_environment(const char* const* environment) {
  std::vector<std::string> all;
  for (; *environment != nullptr; ++environment) all.emplace_back(*environment);
  // Without mpiexec, OMPI_ settings are the user's, meant for the tasks.
  const bool is_rank =
      std::any_of(all.begin(), all.end(), [](const std::string& v) { return v.starts_with("OMPI_COMM_WORLD_SIZE="); });
  std::erase_if(all, [&](const std::string& variable) {
    if (begins_with_any(variable, of_ranks)) return true;
    return is_rank && variable.starts_with("OMPI_") && !begins_with_any(variable, of_the_user);
  });
  return all;
}

}  // namespace rankwise::processes
