#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <thread>
#include <vector>

namespace rankwise::storage {

/// Brings memory-mapped bytes in from the disk before anyone needs them, in threads of its own that do nothing but wait
/// for the disk. They start with the first request.
///
/// posix_fadvise() would need no threads. But it fills the page cache with single pages, each of which costs at every
/// later look at the file, while a page fault in a mapping that asks for huge pages fetches 2 MiB as one.
class ReadAhead {
 public:
  static ReadAhead& of_this_process();
  ReadAhead() = default;
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  /// Forgets what has not begun.
  ~ReadAhead();

  /// Never waits. `owner` keeps the bytes mapped until they are in. Where there is more to fetch than the disk can
  /// keep up with, the oldest request is forgotten: it comes too late anyway.
  void fetch(std::shared_ptr<const void> owner, std::span<const std::byte> bytes);

 private:
  struct Request {
    std::shared_ptr<const void> owner;
    std::span<const std::byte> bytes;
  };
  void serve(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<Request> requests_;
  std::vector<std::jthread> threads_;
};

}  // namespace rankwise::storage
