#include "rankwise/storage/input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "rankwise/base/digest.hpp"
#include "rankwise/base/errors.hpp"

namespace rankwise::storage {

InputFile::InputFile(const std::string& path) : path_(path) {
  const auto refuse = [&] { return IoError(fmt::format("{}: {}", path, std::strerror(errno))); };
  // Not blocking: a pipe under this name must not hold us up before it is refused.
  descriptor_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) throw refuse();
  struct stat status = {};
  if (fstat(descriptor_, &status) != 0) {
    const IoError error = refuse();
    close(descriptor_);
    throw error;
  }
  if (!S_ISREG(status.st_mode)) {
    close(descriptor_);
    throw IoError(fmt::format("{} is {}, not a file that can be read at any place", path,
                              S_ISDIR(status.st_mode) ? "a folder" : "a pipe or device"));
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

InputFile::~InputFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

void InputFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t got = pread(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), std::size_t{1} << 30),
                              static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw IoError(fmt::format("{} cannot be read at byte {}: {}", path_, offset, std::strerror(errno)));
    if (got == 0) throw IoError(fmt::format("{} ends at byte {}: it was cut short", path_, offset));
    offset += static_cast<std::uint64_t>(got);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

std::uint64_t InputFile::size_now() const {
  struct stat status = {};
  return fstat(descriptor_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

bool InputFile::seems_in_memory(std::uint64_t offset, std::uint64_t bytes) const {
  char last = 0;
  const iovec to{&last, 1};
  return preadv2(descriptor_, &to, 1, static_cast<off_t>(offset + bytes - 1), RWF_NOWAIT) == 1;
}

void InputFile::announce(std::uint64_t offset, std::uint64_t bytes) const {
  if (bytes == 0 || seems_in_memory(offset, bytes)) return;
  posix_fadvise(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(bytes), POSIX_FADV_WILLNEED);
}

std::string InputFile::identity() const {
  constexpr std::uint64_t page = 4096, pages = 64;
  Digest digest;
  digest.add(size_);
  std::vector<std::byte> bytes(page);
  for (std::uint64_t i = 0; i < pages; ++i) {
    // A small file is hashed whole; of a large one the pages lie evenly from the first to the last.
    const std::uint64_t even = i + 1 == pages ? size_ - page : (size_ - page) / (pages - 1) * i;
    const std::uint64_t offset = size_ <= page * pages ? i * page : even;
    if (offset >= size_) break;
    const auto part = std::span(bytes).first(static_cast<std::size_t>(std::min(page, size_ - offset)));
    read(offset, part);
    digest.add_bytes(part);
  }
  return digest.hex();
}

std::string identity_of(const std::string& file, const std::vector<std::string>& others) {
  const std::string own = InputFile(file).identity();
  if (others.empty()) return own;
  Digest digest;
  digest.add(own);
  for (const auto& other : others) digest.add(InputFile(other).identity());
  return digest.hex();
}

}  // namespace rankwise::storage
