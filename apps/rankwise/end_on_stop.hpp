#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "rankwise/base/errors.hpp"

namespace rankwise::app {

/// For as long as this is there, a signal that asks to stop ends the process at once: libraries that compute for hours
/// ask nobody whether they may go on.
class EndOnStop {
 public:
  /// @param last_act what is done before, by a thread of this
  explicit EndOnStop(std::function<void(const Stopped& stopped)> last_act);
  EndOnStop(const EndOnStop&) = delete;
  EndOnStop& operator=(const EndOnStop&) = delete;
  ~EndOnStop();

 private:
  void watch();

  std::function<void(const Stopped&)> last_act_;
  std::mutex mutex_;
  std::condition_variable over_now_;
  bool over_ = false;
  std::thread watcher_;
};

}  // namespace rankwise::app
