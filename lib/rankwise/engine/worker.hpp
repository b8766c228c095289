#pragma once

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/delivery.hpp"
#include "rankwise/engine/hands.hpp"
#include "rankwise/engine/waking_clock.hpp"

namespace rankwise::engine {

/// The main thread of every rank but 0 during a phase: reports, takes orders, carries requests for input.
class Worker {
 public:
  Worker(const Context& context, Hands& hands, Delivery* delivery)
      : context_(context), hands_(hands), delivery_(delivery) {}

  /// Returns when the root has ended the phase and has been told farewell.
  void follow();

 private:
  void watch_root();
  void send(const Report& report);
  void send_failure();
  void tell_where();
  void hand_over();
  void carry_requests();

  const Context& context_;
  Hands& hands_;
  Delivery* delivery_;
  WakingClock clock_;
  WakingClock::Duration heard_{0};  // when, of rank 0; later than now where it may well be silent for a while
};

}  // namespace rankwise::engine
