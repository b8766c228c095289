#pragma once

#include <cstdint>

#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/blocks/node.hpp"

namespace rankwise::blocks {

/// Spans are what ranks are handed: aligned runs of blocks that are whole subtrees of one lane, or whole lanes where
/// there are many. There are few enough of them that a table of all spans, a checkpoint and the partial results alive
/// stay small whatever the input's size.
struct SpanCut {
  Grid grid;
  std::uint8_t level = 0;            ///< of the nodes that a span consists of
  std::uint64_t lanes_per_span = 1;  ///< more than 1 only where a span is whole lanes

  [[nodiscard]] std::uint64_t count() const;
  /// 1 where a span is whole lanes.
  [[nodiscard]] std::uint64_t spans_per_lane() const;
  /// The numbers of the span's blocks: always one contiguous run.
  [[nodiscard]] Range blocks_of(std::uint64_t span) const;
  [[nodiscard]] std::uint64_t span_of(BlockIndex block) const;
  /// The spans that a node has a part in; all of them whole, unless a span is several lanes.
  /// @pre the node is no lower than `level`
  [[nodiscard]] Range spans_of(Node node) const;

  friend bool operator==(const SpanCut&, const SpanCut&) = default;
};

struct SpanLimits {
  std::uint64_t spans = 16384;
  Bytes partials = mebibytes(256);
};

/// The finest cut within the limits. It depends on the grid and on the size of one partial result alone.
SpanCut cut_into_spans(Grid grid, Bytes partial, SpanLimits limits = {});

}  // namespace rankwise::blocks
