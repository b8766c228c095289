#include "rankwise/engine/forest.hpp"

#include <algorithm>
#include <cassert>

namespace rankwise::engine {

using blocks::Node;

Forest::Forest(blocks::Grid grid, Merge merge) : grid_(grid), merge_(std::move(merge)) {}

void Forest::add(Node node, AnyPartial partial) {
  const std::uint8_t top = blocks::top_level(grid_.steps);
  while (node.level < top) {
    const Node other = blocks::sibling(node);
    if (blocks::exists(other, grid_.steps)) {
      AnyPartial there;
      {
        const std::lock_guard lock(mutex_);
        const auto found = nodes_.find(other);
        if (found == nodes_.end()) {
          nodes_.emplace(node, std::move(partial));
          return;
        }
        there = std::move(found->second);
        nodes_.erase(found);
      }
      // Whoever comes second merges, outside the lock.
      if (blocks::is_right_child(node)) std::swap(partial, there);
      merge_(partial, there);
    }
    node = blocks::parent(node);
  }
  const std::lock_guard lock(mutex_);
  nodes_.emplace(node, std::move(partial));
}

AnyPartial Forest::take(Node node) {
  const std::lock_guard lock(mutex_);
  const auto found = nodes_.find(node);
  assert(found != nodes_.end());
  AnyPartial partial = std::move(found->second);
  nodes_.erase(found);
  return partial;
}

std::vector<std::pair<Node, AnyPartial>> Forest::take_spans(const blocks::SpanCut& cut) {
  const std::uint8_t lowest = cut.lanes_per_span > 1 ? blocks::top_level(grid_.steps) : cut.level;
  std::vector<std::pair<Node, AnyPartial>> taken;
  {
    const std::lock_guard lock(mutex_);
    std::unordered_map<std::uint64_t, std::uint64_t> lanes_here;  // of spans that are several lanes
    for (const auto& [node, partial] : nodes_) {
      if (node.level >= lowest) ++lanes_here[cut.spans_of(node).begin];
    }
    const auto whole = [&](const Node& node) {
      if (node.level < lowest) return false;
      if (cut.lanes_per_span == 1) return true;
      const std::uint64_t span = cut.spans_of(node).begin;
      return lanes_here[span] == blocks::piece(grid_.lanes, cut.lanes_per_span, span).size();
    };
    for (auto next = nodes_.begin(); next != nodes_.end();) {
      const auto here = next++;
      if (!whole(here->first)) continue;
      taken.emplace_back(here->first, std::move(here->second));
      nodes_.erase(here);
    }
  }
  std::sort(taken.begin(), taken.end(), [&](const auto& a, const auto& b) {
    return std::pair(a.first.lane, blocks::steps_of(a.first, grid_.steps).begin) <
           std::pair(b.first.lane, blocks::steps_of(b.first, grid_.steps).begin);
  });
  return taken;
}

std::size_t Forest::size() const {
  const std::lock_guard lock(mutex_);
  return nodes_.size();
}

}  // namespace rankwise::engine
