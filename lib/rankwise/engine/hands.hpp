#pragma once

#include <chrono>
#include <memory>

#include "rankwise/engine/erased_job.hpp"
#include "rankwise/engine/forest.hpp"
#include "rankwise/engine/protocol.hpp"
#include "rankwise/engine/team.hpp"
#include "rankwise/engine/work.hpp"

namespace rankwise::engine {

/// What one rank computes with: the work in hand, the team that does it, the forest that grows.
class Hands {
 public:
  Hands(AnyJob& job, const blocks::SpanCut& cut, int threads);

  Work& work() { return work_; }
  Forest& forest() { return forest_; }
  /// Waits for news of the team until it is time to look for messages again: every 0.5 ms, in a phase of seconds every
  /// 2 ms, and sooner while the team has just run out of work.
  void wait_between_looks();
  /// No more blocks; waits for those that run.
  void rest() { team_.reset(); }
  /// What happened since the last report, a failure told with the rank and host it was on.
  Report report(const ranks::Communicator& ranks);

 private:
  Work work_;
  Forest forest_;
  std::unique_ptr<Team> team_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_busy_ = began_;
};

}  // namespace rankwise::engine
