#include "rankwise/engine/ledger.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

namespace rankwise::engine {

Ledger::Ledger(const blocks::SpanCut& cut, int ranks)
    : owners_(cut.count(), -1),
      per_lane_(cut.spans_per_lane()),
      ranks_(static_cast<std::uint64_t>(ranks)),
      least_(std::max<std::uint64_t>(1, owners_.size() / (256 * ranks_))),
      part_{0, owners_.size()},
      left_(owners_.size()) {
  assert(ranks > 0);
}

void Ledger::restrict_to(blocks::Range part) {
  assert(next_ == 0 && done_ == 0 && part.end <= owners_.size());
  part_ = part;
  next_ = part.begin;
  left_ = part.size();
  least_ = std::max<std::uint64_t>(1, left_ / (256 * ranks_));
}

void Ledger::set_restored(blocks::Range spans) {
  assert(spans.begin >= part_.begin && spans.end <= part_.end);
  set_kept(spans);
  left_ -= spans.size();
  done_ += spans.size();
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

void Ledger::set_order(std::vector<std::uint64_t> spans) {
  assert(spans.size() == owners_.size());
  order_ = std::move(spans);
  std::reverse(order_.begin(), order_.end());
}

blocks::Range Ledger::next_in_order() {
  const auto is_wanted = [&](std::uint64_t span) {
    return span >= part_.begin && span < part_.end && owners_[span] < 0;
  };
  while (!is_wanted(order_.back())) order_.pop_back();
  return {order_.back(), order_.back() + 1};
}

blocks::Range Ledger::next_run() {
  while (owners_[next_] >= 0) ++next_;  // restored ones
  const std::uint64_t most = std::max(least_, left_ / (2 * ranks_));
  std::uint64_t free = 1;
  while (free < most && next_ + free < part_.end && owners_[next_ + free] < 0) ++free;
  return {next_, next_ + whole_trees(free)};
}

std::optional<blocks::Range> Ledger::next(int rank) {
  if (left_ == 0) return std::nullopt;
  const blocks::Range range = order_.empty() ? next_run() : next_in_order();
  std::fill_n(owners_.begin() + static_cast<std::ptrdiff_t>(range.begin), range.size(), rank);
  left_ -= range.size();
  return range;
}

void Ledger::set_done(blocks::Range spans) {
  assert(std::all_of(owners_.begin() + static_cast<std::ptrdiff_t>(spans.begin),
                     owners_.begin() + static_cast<std::ptrdiff_t>(spans.end), [](int owner) { return owner >= 0; }));
  done_ += spans.size();
}

void Ledger::set_kept(blocks::Range spans) {
  std::fill_n(owners_.begin() + static_cast<std::ptrdiff_t>(spans.begin), spans.size(), 0);
}

}  // namespace rankwise::engine
