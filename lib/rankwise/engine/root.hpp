#pragma once

#include <chrono>
#include <deque>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/delivery.hpp"
#include "rankwise/engine/hands.hpp"
#include "rankwise/engine/keeper.hpp"
#include "rankwise/engine/ledger.hpp"
#include "rankwise/engine/phase.hpp"
#include "rankwise/engine/watchdog.hpp"

namespace rankwise::engine {

/// Rank 0's main thread during a phase: keeps the ledger, hands out spans, serves input to ranks that cannot see it,
/// shows progress, has finished work kept in a checkpoint, and ends the phase for everybody, itself last.
class Root {
 public:
  /// @param keeper nothing where there is no checkpoint
  Root(const Context& context, const blocks::SpanCut& cut, Hands& hands, const PhaseOptions& options, Ledger& ledger,
       Keeper* keeper);

  /// Returns when every other rank has been told the end and has said farewell. If the phase has failed, or was but a
  /// shard of the job, the keeper has all that was finished; else what it had is in the forest of rank 0.
  ranks::Failure lead();

 private:
  void keep();
  void collect();
  void watch();
  void look_at_the_time();
  void take_own();
  void wait_for_own();
  [[noreturn]] void give_up(std::string finding);
  void end_keeping(bool all);
  void take(int rank, std::span<const std::byte> handed_over);
  [[nodiscard]] bool has_all_or_waited(std::chrono::seconds longest) const;
  /// The first failure is the one that counts; one that comes when all is stopped already is told with it.
  void fail(ranks::Failure failure);
  void hear_reports();
  void note(int rank, const Report& report);
  void hand_out();
  /// Answers one request, if there is one. @return whether there was
  bool serve_input();
  void show_progress(bool last);
  ranks::Failure end();

  const Context& context_;
  Hands& hands_;
  const PhaseOptions& options_;
  Ledger& ledger_;
  Keeper* keeper_;
  std::deque<int> waiting_;  // ranks that asked for more
  ranks::Failure failure_;
  bool late_failure_told_ = false;
  std::uint64_t blocks_done_ = 0;
  std::uint64_t blocks_ = 0;
  int farewells_ = 0;
  bool ended_ = false;  // the others have been told how
  Watchdog watchdog_;
  // What ranks hand over:
  bool collecting_ = false;
  std::chrono::steady_clock::time_point collecting_since_;
  std::vector<bool> owes_;  // ranks that have been asked and have not answered, rank 0 included
};

}  // namespace rankwise::engine
