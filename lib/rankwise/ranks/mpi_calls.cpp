#include "rankwise/ranks/mpi_calls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <thread>

#include "rankwise/base/checked.hpp"

namespace rankwise::ranks {

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw MpiError(fmt::format("{} failed: {}", call, std::string_view(text, static_cast<std::size_t>(length))));
}

void Nap::take() {
  using std::chrono::microseconds;
  const auto waited = Clock::now() - begin_;
  if (waited < microseconds(2000)) {
    std::this_thread::yield();
  } else {
    std::this_thread::sleep_for(std::min<Clock::duration>(waited / 8, microseconds(1000)));
  }
}

void wait_politely(std::span<MPI_Request> requests, const char* call) {
  Nap nap;
  const int count = checked_cast<int>(requests.size(), "the number of MPI requests");
  while (true) {
    int done = 0;
    check(MPI_Testall(count, requests.data(), &done, MPI_STATUSES_IGNORE), call);
    if (done != 0) return;
    nap.take();
  }
}

}  // namespace rankwise::ranks
