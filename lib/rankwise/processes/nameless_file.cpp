#include "rankwise/processes/nameless_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "rankwise/base/errors.hpp"

namespace rankwise::processes {
namespace {

std::string folder() {
  const char* wanted = std::getenv("TMPDIR");
  return wanted != nullptr && *wanted != '\0' ? wanted : "/tmp";
}

[[noreturn]] void fail(const char* what) {
  throw IoError(fmt::format("{} ($TMPDIR) cannot {}: {}", folder(), what, std::strerror(errno)));
}

}  // namespace

Descriptor nameless_file() {
  Descriptor file(open(folder().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file) return file;
  // Some file systems, NFS among them, know no files without a name.
  std::string name = folder() + "/rankwise-XXXXXX";
  file = Descriptor(mkostemp(name.data(), O_CLOEXEC));
  if (!file) fail("take what tasks print");
  unlink(name.c_str());
  return file;
}

void write_at(int file, std::span<const std::byte> bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("take what tasks print");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

std::size_t read_at(int file, std::span<std::byte> bytes, std::uint64_t offset) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t count = pread(file, bytes.data() + at, bytes.size() - at, static_cast<off_t>(offset + at));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("give back what tasks printed");
    if (count == 0) break;
    at += static_cast<std::size_t>(count);
  }
  return at;
}

}  // namespace rankwise::processes
