#pragma once

#include <mpi.h>

#include <chrono>
#include <span>

#include "rankwise/base/bytes.hpp"

// For the sources of this folder alone: nothing outside it may see MPI's headers.
namespace rankwise::ranks {

/// @throws MpiError naming the call, unless `code` is MPI_SUCCESS.
void check(int code, const char* call);

/// Waits that sleep: quick looks for 2 ms, then naps of an eighth of the time waited so far, 0.25 to 1 ms, so that a
/// waiting rank leaves its core to the threads of its neighbours and yet is at most an eighth late.
class Nap {
 public:
  void take();

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_ = Clock::now();
};

/// Waits, napping, until all requests are complete.
void wait_politely(std::span<MPI_Request> requests, const char* call);
inline void wait_politely(MPI_Request request, const char* call) {
  wait_politely(std::span(&request, 1), call);
}

}  // namespace rankwise::ranks
