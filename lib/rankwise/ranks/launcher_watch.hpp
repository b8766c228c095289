#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace rankwise::ranks {

/// For as long as this is there, the process ends at once when the one that started it does. While MPI starts, a
/// launcher that is killed leaves its ranks waiting for ever in MPI_Init (seen with Open MPI 4.1.4, PMIx 4.2); later
/// MPI notices by itself.
class LauncherWatch {
 public:
  LauncherWatch();
  LauncherWatch(const LauncherWatch&) = delete;
  LauncherWatch& operator=(const LauncherWatch&) = delete;
  ~LauncherWatch();

 private:
  void watch(int launcher);

  std::mutex mutex_;
  std::condition_variable over_now_;
  bool over_ = false;
  std::thread watcher_;
};

}  // namespace rankwise::ranks
