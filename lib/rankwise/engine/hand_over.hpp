#pragma once

#include <cstddef>
#include <future>
#include <optional>
#include <utility>
#include <vector>

#include "rankwise/blocks/span.hpp"
#include "rankwise/engine/erased_job.hpp"
#include "rankwise/engine/forest.hpp"

namespace rankwise::engine {

/// The finished nodes of one rank on their way to rank 0, to be kept there. What their blocks have written becomes
/// durable first, beside the main thread, since disks may take their time.
class HandOver {
 public:
  HandOver(const AnyJob& job, const blocks::SpanCut& cut, Forest& forest) : job_(job), cut_(cut), forest_(forest) {}

  /// Takes what is finished now, unless something is on its way already.
  void begin();
  /// What is on its way, encoded, once it may go. Nothing as long as it may not, or if there is none on its way.
  /// @throws Error if output cannot be made durable
  std::optional<std::vector<std::byte>> poll();
  /// What is on its way, however long that takes; nothing if there is none.
  std::optional<std::vector<std::byte>> wait();

 private:
  const AnyJob& job_;
  blocks::SpanCut cut_;
  Forest& forest_;
  bool on_its_way_ = false;
  bool failed_ = false;  // something that was written may be lost: nothing more is kept
  std::vector<std::pair<blocks::Node, AnyPartial>> nodes_;
  std::future<void> durable_;
};

}  // namespace rankwise::engine
