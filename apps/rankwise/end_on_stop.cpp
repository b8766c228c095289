#include "apps/rankwise/end_on_stop.hpp"

#include <chrono>
#include <cstdlib>
#include <utility>

#include "rankwise/base/stop_request.hpp"

namespace rankwise::app {

EndOnStop::EndOnStop(std::function<void(const Stopped& stopped)> last_act)
    : last_act_(std::move(last_act)), watcher_([this] { watch(); }) {}

EndOnStop::~EndOnStop() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  over_now_.notify_one();
  watcher_.join();
}

void EndOnStop::watch() {
  using namespace std::chrono_literals;
  std::unique_lock lock(mutex_);
  while (!over_now_.wait_for(lock, 50ms, [this] { return over_; })) {
    const int signal = stop_signal();
    if (signal == 0) continue;
    const Stopped stopped(signal);
    last_act_(stopped);
    std::_Exit(stopped.exit_code());
  }
}

}  // namespace rankwise::app
