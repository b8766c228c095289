#include "rankwise/storage/filled_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/durable.hpp"

namespace rankwise::storage {

FilledFile::FilledFile(const std::string& path, std::string shown_as)
    : shown_as_(std::move(shown_as)), descriptor_(open(path.c_str(), O_WRONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) fail(errno);
}

FilledFile::~FilledFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

void FilledFile::fail(int reason) const {
  throw IoError(fmt::format("{} cannot be written: {}", shown_as_, std::strerror(reason)));
}

void FilledFile::write(std::uint64_t offset, std::span<const std::byte> bytes) const {
  const std::size_t size = bytes.size();
  while (!bytes.empty()) {
    const ssize_t put =
        pwrite(descriptor_, bytes.data(), std::min(bytes.size(), most_bytes_at_once), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) fail(put == 0 ? ENOSPC : errno);
    offset += static_cast<std::uint64_t>(put);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  // What there is goes on its way to the disk from time to time, so that sync() has less to wait for.
  constexpr std::uint64_t much = std::uint64_t{32} << 20;
  if (waiting_.fetch_add(size, std::memory_order_relaxed) + size < much) return;
  waiting_.store(0, std::memory_order_relaxed);
  sync_file_range(descriptor_, 0, 0, SYNC_FILE_RANGE_WRITE);
}

void FilledFile::reserve(std::uint64_t bytes) const {
  int reason = EINTR;
  while (reason == EINTR) reason = posix_fallocate(descriptor_, 0, static_cast<off_t>(bytes));
  if (reason != 0) fail(reason);
}

void FilledFile::sync() const {
  if (fsync(descriptor_) != 0) fail(errno);
}

}  // namespace rankwise::storage
