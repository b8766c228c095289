#include "rankwise/blocks/span.hpp"

#include <algorithm>

#include "rankwise/base/checked.hpp"

namespace rankwise::blocks {

std::uint64_t SpanCut::count() const {
  if (grid.lanes == 0 || grid.steps == 0) return 0;
  if (lanes_per_span > 1) return divide_up(grid.lanes, lanes_per_span);
  return grid.lanes * spans_per_lane();
}

std::uint64_t SpanCut::spans_per_lane() const {
  return lanes_per_span > 1 ? 1 : nodes_at(grid.steps, level);
}

Range SpanCut::blocks_of(std::uint64_t span) const {
  if (lanes_per_span > 1) {
    const Range lanes = piece(grid.lanes, lanes_per_span, span);
    return {lanes.begin * grid.steps, lanes.end * grid.steps};
  }
  const std::uint64_t per_lane = spans_per_lane();
  const Node node{span / per_lane, span % per_lane, level};
  const Range steps = steps_of(node, grid.steps);
  const std::uint64_t first = node.lane * grid.steps;
  return {first + steps.begin, first + steps.end};
}

std::uint64_t SpanCut::span_of(BlockIndex index) const {
  const Block block = grid.block_at(index);
  if (lanes_per_span > 1) return block.lane / lanes_per_span;
  return block.lane * spans_per_lane() + (block.step >> level);
}

Range SpanCut::spans_of(Node node) const {
  if (lanes_per_span > 1) {
    const std::uint64_t span = node.lane / lanes_per_span;
    return {span, span + 1};
  }
  const std::uint64_t per_lane = spans_per_lane(), first = node.lane * per_lane;
  const std::uint64_t width = std::uint64_t{1} << (node.level - level);
  return {first + node.index * width, first + std::min(per_lane, (node.index + 1) * width)};
}

SpanCut cut_into_spans(Grid grid, Bytes partial, SpanLimits limits) {
  SpanCut cut{.grid = grid, .level = 0, .lanes_per_span = 1};
  if (grid.count() == 0) return cut;
  const std::uint64_t room =
      std::max<std::uint64_t>(1, limits.partials.value / std::max<std::uint64_t>(1, partial.value));
  const std::uint64_t most = std::min(limits.spans, room);
  const std::uint8_t top = top_level(grid.steps);
  while (cut.level < top && nodes_at(grid.steps, cut.level) > most / grid.lanes) ++cut.level;
  if (grid.lanes > limits.spans) cut.lanes_per_span = divide_up(grid.lanes, limits.spans);
  return cut;
}

}  // namespace rankwise::blocks
