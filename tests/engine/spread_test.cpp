#include "rankwise/engine/spread.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <cstddef>
#include <cstdlib>
#include <set>
#include <thread>

namespace rankwise::engine {
namespace {

std::set<std::size_t> allowed() {
  cpu_set_t mask;
  EXPECT_EQ(sched_getaffinity(0, sizeof mask, &mask), 0);
  std::set<std::size_t> processors;
  for (std::size_t id = 0; id < CPU_SETSIZE; ++id) {
    if (CPU_ISSET(id, &mask)) processors.insert(id);
  }
  return processors;
}

/// What a new thread may run on after it was spread.
std::set<std::size_t> allowed_after_spread(int thread, int threads) {
  std::set<std::size_t> processors;
  std::thread([&] {
    spread(thread, threads);
    processors = allowed();
  }).join();
  return processors;
}

TEST(Spread, a_team_as_large_as_its_processors_has_one_each) {
  const std::set<std::size_t> all = allowed();
  const int threads = static_cast<int>(all.size());
  std::set<std::size_t> taken;
  for (int thread = 0; thread < threads; ++thread) {
    const auto mine = allowed_after_spread(thread, threads);
    EXPECT_EQ(mine.size(), 1U);
    taken.insert(mine.begin(), mine.end());
  }
  EXPECT_EQ(taken, all);
}

TEST(Spread, other_teams_stay_free) {
  const std::set<std::size_t> all = allowed();
  const int threads = static_cast<int>(all.size());
  EXPECT_EQ(allowed_after_spread(threads, threads + 1), all) << "more threads than processors";
  if (threads > 2) {
    EXPECT_EQ(allowed_after_spread(0, threads - 1), all) << "fewer: others may be there, too";
  }
}

TEST(Spread, users_can_forbid_it) {
  const std::set<std::size_t> all = allowed();
  setenv("OMP_PROC_BIND", "false", 1);
  EXPECT_EQ(allowed_after_spread(0, static_cast<int>(all.size())), all);
  unsetenv("OMP_PROC_BIND");
}

}  // namespace
}  // namespace rankwise::engine
