#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

namespace rankwise::engine {

/// How long this process has been awake. A job that is suspended, stopped by Ctrl-Z or put to sleep with its machine
/// does nothing wrong meanwhile: the time between two looks counts for little.
class WakingClock {
 public:
  using Duration = std::chrono::steady_clock::duration;

  /// To be called more often than that.
  static constexpr std::chrono::milliseconds longest_step{100};

  void look() {
    const auto now = std::chrono::steady_clock::now();
    awake_ += std::min<Duration>(now - std::exchange(looked_, now), longest_step);
  }
  /// At the last look.
  [[nodiscard]] Duration now() const { return awake_; }

 private:
  std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
  Duration awake_{0};
};

}  // namespace rankwise::engine
