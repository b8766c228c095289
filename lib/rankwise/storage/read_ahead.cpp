#include "rankwise/storage/read_ahead.hpp"

#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <system_error>
#include <utility>

namespace rankwise::storage {
namespace {

constexpr std::size_t at_once = 2;   // requests: with two threads that compute, four reads are on their way
constexpr std::size_t waiting = 16;  // requests

#ifndef MADV_POPULATE_READ
constexpr int MADV_POPULATE_READ = 22;  // Linux 5.14
#endif

/// As if each page was looked at; where a file ends early it gives up without a signal.
void bring_in(std::span<const std::byte> bytes) {
  static const auto page = static_cast<std::uintptr_t>(getpagesize());
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data()) / page * page;
  const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(bytes.data()) + bytes.size();
  auto* const at = reinterpret_cast<void*>(begin);
  // Older kernels know the second only. That it failed matters to nobody: the bytes are read again when they are
  // needed.
  if (madvise(at, end - begin, MADV_POPULATE_READ) != 0) madvise(at, end - begin, MADV_WILLNEED);
}

}  // namespace

ReadAhead& ReadAhead::of_this_process() {
  static ReadAhead read_ahead;
  return read_ahead;
}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    requests_.clear();
  }
  for (std::jthread& thread : threads_) thread.request_stop();
}

void ReadAhead::fetch(std::shared_ptr<const void> owner, std::span<const std::byte> bytes) {
  {
    const std::lock_guard lock(mutex_);
    try {
      while (threads_.size() < at_once) {
        threads_.emplace_back([this](const std::stop_token& stop) { serve(stop); });
      }
    } catch (const std::system_error&) {  // there are no more: what nobody brings in comes when it is needed
      if (threads_.empty()) return;
    }
    if (requests_.size() == waiting) requests_.pop_front();
    requests_.push_back({std::move(owner), bytes});
  }
  arrived_.notify_one();
}

void ReadAhead::serve(const std::stop_token& stop) {
  // Wherever this process may run: the thread that made this one may be bound to a processor.
  if (cpu_set_t all; sched_getaffinity(getpid(), sizeof all, &all) == 0) sched_setaffinity(0, sizeof all, &all);
  while (true) {
    Request request;
    {
      std::unique_lock lock(mutex_);
      if (!arrived_.wait(lock, stop, [this] { return !requests_.empty(); })) return;
      request = std::move(requests_.front());
      requests_.pop_front();
    }
    bring_in(request.bytes);
  }
}

}  // namespace rankwise::storage
