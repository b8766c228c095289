#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "rankwise/engine/erased_job.hpp"
#include "rankwise/engine/forest.hpp"
#include "rankwise/engine/hand_over.hpp"
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
  HandOver& hand_over() { return hand_over_; }
  /// Waits for news of the team until it is time to look for messages again: every 0.5 ms, in a phase of seconds every
  /// 2 ms, and sooner while the team has just run out of work.
  void wait_between_looks();
  [[nodiscard]] bool is_at_work() const { return !work_.team_is_gone(); }
  /// No more blocks; waits for those that run.
  void rest() { team_.reset(); }
  /// After rest(): passes on what is on its way to rank 0 and, if `all`, whatever else is finished.
  /// @throws Error if output cannot be made durable
  void hand_over_rest(bool all, const std::function<void(std::vector<std::byte> nodes)>& pass_on);
  /// `rank 1 on node7 is at lane 0 step 17 for 605.2 s`
  [[nodiscard]] std::string whereabouts(const ranks::Communicator& ranks) const;
  /// What happened since the last report, a failure told with the rank and host it was on.
  Report report(const ranks::Communicator& ranks);

 private:
  Work work_;
  Forest forest_;
  HandOver hand_over_;
  std::unique_ptr<Team> team_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_busy_ = began_;
};

}  // namespace rankwise::engine
