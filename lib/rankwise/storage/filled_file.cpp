#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "rankwise/storage/matrix_output.hpp"

namespace rankwise::storage {

FilledFile::FilledFile(const std::string& path) : path_(path), descriptor_(open(path.c_str(), O_WRONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) throw IoError(fmt::format("{} cannot be written: {}", path, std::strerror(errno)));
}

FilledFile::~FilledFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

void FilledFile::write(std::uint64_t offset, std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t put = pwrite(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), std::size_t{1} << 30),
                               static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      throw IoError(fmt::format("{} cannot be written: {}", path_, std::strerror(put == 0 ? ENOSPC : errno)));
    }
    offset += static_cast<std::uint64_t>(put);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

void FilledFile::sync() const {
  if (fsync(descriptor_) != 0) throw IoError(fmt::format("{} cannot be written: {}", path_, std::strerror(errno)));
}

}  // namespace rankwise::storage
