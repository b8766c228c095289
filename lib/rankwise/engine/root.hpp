#pragma once

#include <deque>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/delivery.hpp"
#include "rankwise/engine/hands.hpp"
#include "rankwise/engine/ledger.hpp"

namespace rankwise::engine {

/// Rank 0's main thread during a phase: keeps the ledger, hands out spans, serves input to ranks that cannot see it,
/// shows progress, and ends the phase for everybody, itself last.
class Root {
 public:
  Root(const Context& context, const blocks::SpanCut& cut, Hands& hands, Delivery* delivery, Ledger& ledger);

  /// Returns when every other rank has been told the end and has said farewell.
  ranks::Failure lead();

 private:
  void hear_reports();
  void note(int rank, const Report& report);
  void hand_out();
  /// Answers one request, if there is one. @return whether there was
  bool serve_input();
  void show_progress(bool last);
  ranks::Failure end();

  const Context& context_;
  Hands& hands_;
  Delivery* delivery_;
  Ledger& ledger_;
  std::deque<int> waiting_;  // ranks that asked for more
  ranks::Failure failure_;
  std::uint64_t blocks_done_ = 0;
  std::uint64_t blocks_ = 0;
  int farewells_ = 0;
};

}  // namespace rankwise::engine
