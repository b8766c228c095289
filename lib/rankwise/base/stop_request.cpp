#include "rankwise/base/stop_request.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <string.h>

#include <atomic>
#include <csignal>

#include "rankwise/base/errors.hpp"

namespace rankwise {
namespace {

std::atomic<int> requested{0};
static_assert(std::atomic<int>::is_always_lock_free, "the handler may only touch lock-free atomics");

}  // namespace

extern "C" {
static void note_stop_signal(int signal) {
  requested.store(signal);
}
}

void watch_for_stop_signals() {
  struct sigaction action = {};
  action.sa_handler = note_stop_signal;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGUSR1, &action, nullptr);
}

int stop_signal() noexcept {
  return requested.load();
}
void forget_stop_request() noexcept {
  requested.store(0);
}

void heed_stop_request() {
  if (const int signal = stop_signal(); signal != 0) throw Stopped(signal);
}

Stopped::Stopped(int signal)
    : Error(128 + signal, fmt::format("stopped by SIG{} ({})", sigabbrev_np(signal), strsignal(signal))) {}

}  // namespace rankwise
