#include "rankwise/processes/descendants.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace rankwise::processes {
namespace {

using namespace std::chrono_literals;

TEST(Descendants, AllAreEndedWhateverTheyDid) {
  // In a process of its own, which has no other children.
  const pid_t test = fork();
  ASSERT_GE(test, 0);
  if (test == 0) {
    adopt_orphans();
    for (int i = 0; i < 3; ++i) {
      if (fork() != 0) continue;
      signal(SIGTERM, SIG_IGN);
      if (i == 1) setsid();
      if (fork() == 0) {
        if (i == 2) setsid();
        if (fork() != 0) _exit(0);  // an orphan is left
      }
      while (true) pause();
    }
    std::this_thread::sleep_for(100ms);
    const bool done = end_descendants(10s);
    _exit(done && waitpid(-1, nullptr, WNOHANG) == -1 ? 0 : 1);
  }
  int status = 0;
  waitpid(test, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(Descendants, NoneIsEnoughToo) {
  const pid_t test = fork();
  if (test == 0) _exit(end_descendants(1s) ? 0 : 1);
  int status = 0;
  waitpid(test, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace rankwise::processes
