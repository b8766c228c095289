#pragma once

namespace rankwise {

/// From now on SIGINT, SIGTERM and SIGUSR1 ask the program to stop instead of ending it. A second one of the same kind
/// ends it at once. Safe to call more than once.
void watch_for_stop_signals();

/// The signal that asked to stop, or 0. Any thread may ask.
int stop_signal() noexcept;

/// @throws Stopped if a signal asked to stop; for the inside of long work.
void heed_stop_request();

/// Forgets a request; for tests.
void forget_stop_request() noexcept;

}  // namespace rankwise
