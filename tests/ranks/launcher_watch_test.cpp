#include "rankwise/ranks/launcher_watch.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rankwise::ranks {
namespace {

TEST(LauncherWatch, EndsTheProcessWhenTheOneThatStartedItDoes) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);  // so that the rank's end can be seen
  const pid_t launcher = fork();
  if (launcher == 0) {
    if (fork() == 0) {
      const LauncherWatch watch;
      while (true) pause();
    }
    while (true) pause();
  }
  usleep(300'000);
  kill(launcher, SIGKILL);
  waitpid(launcher, nullptr, 0);
  int status = 0;
  EXPECT_GT(waitpid(-1, &status, 0), 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 4);
}

TEST(LauncherWatch, DoesNothingWhileThatLives) {
  const LauncherWatch watch;
  usleep(500'000);
}

}  // namespace
}  // namespace rankwise::ranks
