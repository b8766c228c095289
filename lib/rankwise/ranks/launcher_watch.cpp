#include "rankwise/ranks/launcher_watch.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "rankwise/base/errors.hpp"

namespace rankwise::ranks {

LauncherWatch::LauncherWatch() : watcher_([this, launcher = getppid()] { watch(launcher); }) {}

LauncherWatch::~LauncherWatch() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  over_now_.notify_one();
  watcher_.join();
}

void LauncherWatch::watch(int launcher) {
  using namespace std::chrono_literals;
  std::unique_lock lock(mutex_);
  while (!over_now_.wait_for(lock, 200ms, [this] { return over_; })) {
    if (getppid() != launcher) std::_Exit(static_cast<int>(ExitCode::internal));
  }
}

}  // namespace rankwise::ranks
