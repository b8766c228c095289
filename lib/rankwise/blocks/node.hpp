#pragma once

#include <cstdint>
#include <functional>

#include "rankwise/blocks/grid.hpp"

namespace rankwise::blocks {

/// A node of a lane's merge tree. It covers steps [index << level, min((index + 1) << level, steps)) of its lane. Its
/// children are (level - 1, 2 index) and (level - 1, 2 index + 1); where the right one would start beyond `steps`, the
/// node is its left child.
struct Node {
  std::uint64_t lane = 0;
  std::uint64_t index = 0;
  std::uint8_t level = 0;
  friend bool operator==(const Node&, const Node&) = default;
};

/// The level of the one node that covers a whole lane of `steps` steps.
/// @pre steps > 0
std::uint8_t top_level(std::uint64_t steps);

/// How many nodes a lane of `steps` steps has at `level`.
std::uint64_t nodes_at(std::uint64_t steps, std::uint8_t level);

/// The steps that a node covers.
Range steps_of(Node node, std::uint64_t steps);

constexpr Node leaf(Block block) {
  return {block.lane, block.step, 0};
}
constexpr Node parent(Node node) {
  return {node.lane, node.index / 2, static_cast<std::uint8_t>(node.level + 1)};
}
constexpr Node sibling(Node node) {
  return {node.lane, node.index ^ 1U, node.level};
}
constexpr bool is_right_child(Node node) {
  return (node.index & 1U) != 0;
}

/// Whether the node covers any step.
bool exists(Node node, std::uint64_t steps);

struct NodeHash {
  std::size_t operator()(const Node& node) const noexcept;
};

}  // namespace rankwise::blocks
