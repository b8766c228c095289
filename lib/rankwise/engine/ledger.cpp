#include "rankwise/engine/ledger.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace rankwise::engine {

Ledger::Ledger(const blocks::SpanCut& cut, int ranks)
    : owners_(cut.count(), -1),
      per_lane_(cut.spans_per_lane()),
      ranks_(static_cast<std::uint64_t>(ranks)),
      least_(std::max<std::uint64_t>(1, owners_.size() / (256 * ranks_))) {
  assert(ranks > 0);
}

/// The longest run from `next_` on that is whole subtrees or lanes, of at most so many spans, but at least one.
std::uint64_t Ledger::whole_trees(std::uint64_t most) const {
  const std::uint64_t in_lane = next_ % per_lane_;
  if (in_lane == 0 && most >= per_lane_) return most / per_lane_ * per_lane_;
  std::uint64_t run = std::bit_floor(most);
  if (in_lane > 0) run = std::min(run, in_lane & -in_lane);  // a subtree of n leaves begins at a multiple of n
  return std::min(run, per_lane_ - in_lane);
}

std::vector<blocks::Range> Ledger::first_shares() {
  std::vector<blocks::Range> shares;
  for (int rank = 0; rank < static_cast<int>(ranks_); ++rank) shares.push_back(next(rank).value_or(blocks::Range{}));
  return shares;
}

std::optional<blocks::Range> Ledger::next(int rank) {
  const std::uint64_t left = owners_.size() - next_;
  if (left == 0) return std::nullopt;
  const blocks::Range range{next_, next_ + whole_trees(std::min(left, std::max(least_, left / (2 * ranks_))))};
  for (std::uint64_t span = range.begin; span < range.end; ++span) owners_[span] = rank;
  next_ = range.end;
  return range;
}

void Ledger::set_done(blocks::Range spans) {
  assert(spans.end <= next_);
  done_ += spans.size();
}

}  // namespace rankwise::engine
