#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rankwise/blocks/node.hpp"
#include "rankwise/blocks/span.hpp"

namespace rankwise::blocks {

/// A partial result that goes from one rank to another to be merged there.
struct Transfer {
  Node node;
  int from = 0;
  int to = 0;
  friend bool operator==(const Transfer&, const Transfer&) = default;
};

/// The transfers that bring all partial results home along the tree, level by level from the spans upwards. Within a
/// level they are in node order. A node merges where its left child is; the last entry takes each lane's result to
/// rank 0. `owners[s]` is the rank that computed span s. A pure function: every rank derives the same plan.
std::vector<std::vector<Transfer>> plan_homecoming(const SpanCut& cut, std::span<const int> owners);

}  // namespace rankwise::blocks
