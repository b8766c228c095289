#include "rankwise/processes/clean_environment.hpp"

#include <gtest/gtest.h>

namespace rankwise::processes {
namespace {

using Variables = std::vector<std::string>;

Variables cleaned(std::vector<const char*> variables) {
  variables.push_back(nullptr);
  return clean_environment(variables.data());
}

TEST(CleanEnvironment, WhatMakesARankGoes) {
  EXPECT_EQ(cleaned({"PATH=/bin", "OMPI_COMM_WORLD_SIZE=2", "OMPI_MCA_ess=x", "PMIX_RANK=1", "PMI_FD=3", "ORTE_X=1",
                     "PRTE_X=1", "SLURM_STEPID=0", "SLURM_STEP_ID=0", "HOME=/"}),
            (Variables{"PATH=/bin", "HOME=/"}));
}

TEST(CleanEnvironment, WhatTheUserAndSlurmSayOfTheJobStays) {
  EXPECT_EQ(cleaned({"SLURM_JOB_ID=7", "SLURM_PROCID=1", "SLURM_CPUS_PER_TASK=4", "OMP_NUM_THREADS=2",
                     "OMPI_COMM_WORLD_SIZE=2", "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", "X"}),
            (Variables{"SLURM_JOB_ID=7", "SLURM_PROCID=1", "SLURM_CPUS_PER_TASK=4", "OMP_NUM_THREADS=2",
                       "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", "X"}));
  // Without mpiexec, settings for MPI are meant for the tasks.
  EXPECT_EQ(cleaned({"OMPI_MCA_btl=self"}), (Variables{"OMPI_MCA_btl=self"}));
}

}  // namespace
}  // namespace rankwise::processes
