#include "rankwise/engine/forest.hpp"

#include <cassert>
#include <utility>

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

std::size_t Forest::size() const {
  const std::lock_guard lock(mutex_);
  return nodes_.size();
}

}  // namespace rankwise::engine
