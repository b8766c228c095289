#pragma once

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/waking_clock.hpp"
#include "rankwise/farm/crew.hpp"
#include "rankwise/farm/protocol.hpp"

namespace rankwise::farm {

/// The main thread of every rank but 0: gives its crew what rank 0 orders, and reports.
class Worker {
 public:
  Worker(const engine::Context& context, Crew& crew) : context_(context), crew_(crew) {}

  /// Returns when rank 0 has ended it, with what it ended for.
  ranks::Failure follow();

 private:
  void send(const Report& report);
  void report_outcomes();
  void obey(const Order& order);
  void answer(const PlacePrinted& place);
  void watch_root();

  const engine::Context& context_;
  Crew& crew_;
  bool loss_told_ = false;
  bool stop_told_ = false;
  engine::WakingClock clock_;
  engine::WakingClock::Duration heard_{0};  // of rank 0, when
};

}  // namespace rankwise::farm
