#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/hands.hpp"
#include "rankwise/engine/protocol.hpp"
#include "rankwise/engine/waking_clock.hpp"

namespace rankwise::engine {

/// Notices on rank 0 that no block has been done anywhere for too long, or that a rank does not answer, and finds out
/// which rank sits where. It also lets the other ranks know that rank 0 is alive. Its times are those in which this
/// process was awake.
class Watchdog {
 public:
  static constexpr std::chrono::seconds time_to_answer{5};

  Watchdog(const Context& context, Hands& hands);

  [[nodiscard]] bool is_on() const { return silence_.count() > 0; }
  /// To be called again and again: time goes on, and the others are greeted when it is time; they answer.
  void look();
  /// A block was done.
  void note_progress() { moved_ = clock_.now(); }
  void note_farewell(int rank);
  /// A rank has said something; perhaps where it is.
  void hear(int rank, const std::string& whereabouts);
  [[nodiscard]] bool is_alarmed() const;

  /// After the alarm: asks all ranks where they are.
  void ask();
  /// All have answered, or had time to.
  [[nodiscard]] bool has_heard_enough() const;
  /// What is known, in one sentence.
  [[nodiscard]] std::string finding() const;

  /// Ranks that have been told the end do not come to it.
  [[nodiscard]] bool is_end_late() const;
  /// Which, in one sentence.
  [[nodiscard]] std::string who_is_late() const;

 private:
  using Duration = WakingClock::Duration;
  void tell_all(Order::Kind kind) const;

  const Context& context_;
  Hands& hands_;
  std::chrono::milliseconds patience_, silence_;
  WakingClock clock_;
  Duration moved_{0}, greeted_{0}, asked_{0};
  std::vector<Duration> heard_;       // when, of each rank
  std::vector<std::string> answers_;  // of each rank; empty: none yet
  std::vector<bool> left_;            // ranks that have said farewell
};

}  // namespace rankwise::engine
