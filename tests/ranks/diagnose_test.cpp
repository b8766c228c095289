#include "rankwise/ranks/diagnose.hpp"

#include <gtest/gtest.h>

#include <map>

namespace rankwise::ranks {
namespace {

ReadEnvironment reading(const std::map<std::string, std::string>& environment) {
  return [environment](const char* name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    if (found == environment.end()) return std::nullopt;
    return found->second;
  };
}

TEST(Diagnose, every_warning_about_binding_comes_once_with_its_ranks) {
  const ThreadLayout layout;
  EXPECT_TRUE(binding_findings(layout, {"", ""}).front().ok);
  const auto of_all = binding_findings(layout, {"bad. Start with: x", "bad. Start with: x"});
  EXPECT_EQ(of_all, (std::vector<Finding>{{.ok = false, .topic = "binding", .message = "bad", .mend = "x"}}));
  const auto of_some = binding_findings(layout, {"", "bad", "bad", "bad", "worse. Start with: x", "bad"});
  EXPECT_EQ(of_some,
            (std::vector<Finding>{{.ok = false, .topic = "binding", .message = "ranks 1 to 3, 5: bad"},
                                  {.ok = false, .topic = "binding", .message = "rank 4: worse", .mend = "x"}}));
}

TEST(Diagnose, without_slurm_there_is_nothing_to_say_of_pmi) {
  EXPECT_EQ(slurm_pmi({.read = reading({}), .mpi = "Open MPI 4.1.4"}), std::nullopt);
}

TEST(Diagnose, slurm_that_is_only_installed_says_what_it_offers) {
  const auto finding = slurm_pmi({.read = reading({}), .offered = {"pmi2", "pmix"}, .mpi = "Open MPI 4.1.4"});
  ASSERT_TRUE(finding && finding->ok);
  EXPECT_EQ(finding->message, "srun offers pmi2, pmix; Open MPI 4.1.4 needs pmix");
}

TEST(Diagnose, a_step_tells_its_pmi) {
  const auto finding = slurm_pmi({.read = reading({{"PMIX_RANK", "0"}, {"SLURM_MPI_TYPE", "pmix"}}),
                                  .by_srun = true,
                                  .offered = {"pmix"},
                                  .mpi = "Open MPI 4.1.4"});
  ASSERT_TRUE(finding && finding->ok);
  EXPECT_EQ(finding->message, "srun started this step with pmix; srun offers pmix, SLURM_MPI_TYPE is pmix");
}

TEST(Diagnose, a_step_without_pmi_is_to_be_started_with_one_that_fits) {
  SlurmFacts facts{.read = reading({}), .by_srun = true, .offered = {"pmi2", "pmix"}, .mpi = "Open MPI 4.1.4"};
  ASSERT_FALSE(slurm_pmi(facts)->ok);
  EXPECT_TRUE(slurm_pmi(facts)->mend.starts_with("srun --mpi=pmix ..."));
  facts.mpi = "MPICH 4.0.2";
  EXPECT_TRUE(slurm_pmi(facts)->mend.starts_with("srun --mpi=pmi2 ..."));
  facts.offered = {"pmix"};
  EXPECT_TRUE(slurm_pmi(facts)->mend.starts_with("mpiexec"));
}

}  // namespace
}  // namespace rankwise::ranks
