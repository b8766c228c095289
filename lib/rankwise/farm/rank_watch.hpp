#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/waking_clock.hpp"

namespace rankwise::farm {

/// Notices on rank 0 that another rank says nothing any more, where nobody else does: srun lets the others go on. Its
/// times are those in which this process was awake.
class RankWatch {
 public:
  explicit RankWatch(const engine::Context& context);

  void hear(int rank) { heard_[static_cast<std::size_t>(rank)] = clock_.now(); }
  /// To be called again and again. @return whether the others should be greeted now; they answer
  bool look();
  /// Which rank has been silent for too long, in one sentence.
  [[nodiscard]] std::optional<std::string> who_is_silent() const;

 private:
  using Duration = engine::WakingClock::Duration;

  Duration longest_;  // 0: nobody is watched
  engine::WakingClock clock_;
  std::vector<Duration> heard_;  // when, of each rank
  Duration greeted_{0};
};

}  // namespace rankwise::farm
