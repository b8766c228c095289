#pragma once

#include <mpi.h>

#include <chrono>
#include <span>

#include "rankwise/base/bytes.hpp"

// For the sources of this folder alone: nothing outside it may see MPI's headers.
namespace rankwise::ranks {

/// @throws MpiError naming the call, unless `code` is MPI_SUCCESS.
void check(int code, const char* call);

/// Waits that sleep: a few quick looks, then naps that grow from 0.05 to 1 ms, so that a waiting rank leaves its core
/// to the threads of its neighbours.
class Nap {
 public:
  void take();
  void reset() { looks_ = 0; }

 private:
  int looks_ = 0;
};

/// Waits, napping, until all requests are complete.
void wait_politely(std::span<MPI_Request> requests, const char* call);
inline void wait_politely(MPI_Request request, const char* call) {
  wait_politely(std::span(&request, 1), call);
}

}  // namespace rankwise::ranks
