#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "rankwise/blocks/span.hpp"
#include "rankwise/engine/erased_job.hpp"

namespace rankwise::engine {

/// The finished nodes that this rank holds. A node is merged with its sibling as soon as both are here, and so on
/// upwards: always left with right, whatever the order in which they arrive. Any thread may add.
class Forest {
 public:
  /// `merge(left, right)` may run in several threads at once, on different nodes.
  using Merge = std::function<void(AnyPartial& left, const AnyPartial& right)>;

  Forest(blocks::Grid grid, Merge merge);

  void add(blocks::Node node, AnyPartial partial);
  /// Takes a finished node out. @pre it is here and its sibling is not
  AnyPartial take(blocks::Node node);
  /// Takes out all nodes that are made of whole spans, in the order of their lanes and steps.
  std::vector<std::pair<blocks::Node, AnyPartial>> take_spans(const blocks::SpanCut& cut);
  /// How many partial results are alive.
  [[nodiscard]] std::size_t size() const;

 private:
  blocks::Grid grid_;
  Merge merge_;
  mutable std::mutex mutex_;
  std::unordered_map<blocks::Node, AnyPartial, blocks::NodeHash> nodes_;
};

}  // namespace rankwise::engine
