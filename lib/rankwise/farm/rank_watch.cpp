#include "rankwise/farm/rank_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace rankwise::farm {

RankWatch::RankWatch(const engine::Context& context)
    : longest_(context.ranks().size() > 1 ? context.options().watchdog.silence : std::chrono::milliseconds(0)),
      heard_(static_cast<std::size_t>(context.ranks().size())) {}

bool RankWatch::look() {
  clock_.look();
  if (longest_.count() == 0) return false;
  if (clock_.now() - greeted_ <= std::min<Duration>(std::chrono::seconds(5), longest_ / 4)) return false;
  greeted_ = clock_.now();
  return true;
}

std::optional<std::string> RankWatch::who_is_silent() const {
  for (std::size_t rank = 1; longest_.count() > 0 && rank < heard_.size(); ++rank) {
    const auto silence = clock_.now() - heard_[rank];
    if (silence < longest_) continue;
    return fmt::format("rank {} does not answer: nothing has been heard of it for {:.1f} s", rank,
                       std::chrono::duration<double>(silence).count());
  }
  return std::nullopt;
}

}  // namespace rankwise::farm
