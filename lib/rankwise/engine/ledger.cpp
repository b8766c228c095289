#include "rankwise/engine/ledger.hpp"

#include <algorithm>
#include <cassert>

namespace rankwise::engine {

Ledger::Ledger(std::uint64_t spans, int ranks) : owners_(spans, -1), ranks_(static_cast<std::uint64_t>(ranks)) {
  assert(ranks > 0);
}

blocks::Range Ledger::hand_out(std::uint64_t count, int rank) {
  const blocks::Range range{next_, next_ + std::min<std::uint64_t>(count, owners_.size() - next_)};
  for (std::uint64_t span = range.begin; span < range.end; ++span) owners_[span] = rank;
  next_ = range.end;
  return range;
}

std::vector<blocks::Range> Ledger::first_shares() {
  // Half of all, so that contiguous runs merge where they are, and the other half evens out what ranks differ in.
  const std::uint64_t first = std::max(std::min<std::uint64_t>(ranks_, owners_.size()), owners_.size() / 2);
  std::vector<blocks::Range> shares;
  for (int rank = 0; rank < static_cast<int>(ranks_); ++rank) {
    shares.push_back(hand_out(blocks::share(first, rank, static_cast<int>(ranks_)).size(), rank));
  }
  return shares;
}

std::optional<blocks::Range> Ledger::next(int rank) {
  const std::uint64_t left = owners_.size() - next_;
  if (left == 0) return std::nullopt;
  return hand_out(std::max<std::uint64_t>(1, left / (4 * ranks_)), rank);
}

void Ledger::set_done(blocks::Range spans) {
  assert(spans.end <= next_);
  done_ += spans.size();
}

}  // namespace rankwise::engine
