#include "rankwise/ranks/launcher.hpp"

#include <gtest/gtest.h>

#include <map>

namespace rankwise::ranks {
namespace {

Launcher launcher_in(const std::map<std::string, std::string>& environment) {
  return detect_launcher([&](const char* name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    if (found == environment.end()) return std::nullopt;
    return found->second;
  });
}

TEST(Launcher, nothing_in_the_environment_is_a_process_alone) {
  const Launcher launcher = launcher_in({});
  EXPECT_EQ(launcher.kind, Launcher::Kind::none);
  EXPECT_EQ(launcher.size, 1);
}

TEST(Launcher, mpiexec_inside_a_slurm_job_is_mpiexec) {
  const Launcher launcher = launcher_in({{"OMPI_COMM_WORLD_RANK", "5"},
                                         {"OMPI_COMM_WORLD_SIZE", "8"},
                                         {"SLURM_PROCID", "1"},
                                         {"SLURM_STEP_ID", "0"},
                                         {"SLURM_STEP_NUM_TASKS", "2"}});
  EXPECT_EQ(launcher.kind, Launcher::Kind::open_mpi);
  EXPECT_EQ(launcher.rank, 5);
  EXPECT_EQ(launcher.size, 8);
}

TEST(Launcher, a_slurm_step_is_one_and_a_batch_script_is_none) {
  EXPECT_EQ(launcher_in({{"SLURM_PROCID", "3"}, {"SLURM_STEP_ID", "0"}, {"SLURM_STEP_NUM_TASKS", "4"}}).size, 4);
  EXPECT_EQ(launcher_in({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}).kind, Launcher::Kind::none);
}

TEST(Launcher, srun_speaks_pmi_too_and_so_does_an_mpiexec_inside_of_it) {
  std::map<std::string, std::string> environment{{"SLURM_PROCID", "3"},
                                                 {"SLURM_STEP_ID", "0"},
                                                 {"PMI_RANK", "3"},
                                                 {"SLURM_STEP_NUM_TASKS", "4"},
                                                 {"PMI_SIZE", "4"}};
  EXPECT_EQ(launcher_in(environment).kind, Launcher::Kind::slurm);
  environment["PMI_RANK"] = "17";  // of 64, on the last of 4 nodes
  environment["PMI_SIZE"] = "64";
  EXPECT_EQ(launcher_in(environment).kind, Launcher::Kind::pmi);
  EXPECT_EQ(launcher_in(environment).rank, 17);
}

TEST(Launcher, a_binding_that_was_asked_for_is_not_the_default) {
  const std::map<std::string, std::string> plain{{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "2"}};
  EXPECT_TRUE(launcher_in(plain).bound_by_default);
  for (const char* name : {"OMPI_MCA_hwloc_base_binding_policy", "OMPI_MCA_rmaps_base_mapping_policy",
                           "OMPI_MCA_hwloc_base_cpu_set", "OMPI_MCA_orte_rankfile"}) {
    auto asked = plain;
    asked[name] = "core";
    EXPECT_FALSE(launcher_in(asked).bound_by_default) << name;
  }
}

TEST(Launcher, nonsense_in_the_environment_is_ignored) {
  EXPECT_EQ(launcher_in({{"OMPI_COMM_WORLD_SIZE", "many"}}).kind, Launcher::Kind::none);
  EXPECT_EQ(launcher_in({{"OMPI_COMM_WORLD_SIZE", ""}}).kind, Launcher::Kind::none);
}

}  // namespace
}  // namespace rankwise::ranks
