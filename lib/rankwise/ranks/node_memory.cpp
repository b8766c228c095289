#include "rankwise/ranks/node_memory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "rankwise/base/bytes.hpp"
#include "rankwise/base/control_groups.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"

namespace rankwise::ranks {
namespace {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_ = -1;
};

[[noreturn]] void fail(std::uint64_t bytes, const char* what) {
  throw IoError(
      fmt::format("{} of memory for the ranks of a node {}: {}", format_bytes({bytes}), what, std::strerror(errno)));
}

/// Memory of this process alone, in pages as large as the system has: they take few faults, and few entries of the
/// processor's table of pages.
std::byte* map_alone(std::uint64_t bytes) {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) fail(bytes, "cannot be had");
  madvise(at, bytes, MADV_HUGEPAGE);  // a system that has none leaves it at small ones
  return static_cast<std::byte*>(at);
}

/// A file without a name, which the others open by way of the rank that made it: not limited as /dev/shm is in
/// containers, and never left behind.
Descriptor open_shared(const Communicator& node, std::uint64_t bytes) {
  Descriptor file;
  std::string path;
  agree(node, [&] {
    if (!node.is_root()) return;
    file = Descriptor(memfd_create("rankwise", MFD_CLOEXEC));
    if (file.get() < 0 || ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) fail(bytes, "cannot be had");
    path = fmt::format("/proc/{}/fd/{}", getpid(), file.get());
  });
  path = broadcast_text(node, path);
  agree(node, [&] {
    if (!node.is_root()) file = Descriptor(open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (file.get() < 0) fail(bytes, "cannot be shared");
  });
  return file;
}

/// The pages that this rank makes, which takes time: each rank some. What is not there would end a rank when it is
/// written to.
void make_pages(const Communicator& node, int file, std::uint64_t bytes) {
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const std::uint64_t pages = (bytes + page - 1) / page, size = static_cast<std::uint64_t>(node.size());
  const auto begin_of = [&](int rank) {
    return std::min(bytes, pages * static_cast<std::uint64_t>(rank) / size * page);
  };
  const std::uint64_t begin = begin_of(node.rank()), end = begin_of(node.rank() + 1);
  if (begin == end) return;
  int reason = EINTR;
  while (reason == EINTR) {
    reason = posix_fallocate(file, static_cast<off_t>(begin), static_cast<off_t>(end - begin));
  }
  errno = reason;
  if (reason != 0) fail(bytes, "cannot be had");
}

std::byte* map_shared(const Communicator& node, std::uint64_t bytes) {
  const Descriptor file = open_shared(node, bytes);
  std::byte* mapped = nullptr;
  agree(node, [&] { make_pages(node, file.get(), bytes); });
  agree(node, [&] {
    void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (at == MAP_FAILED) fail(bytes, "cannot be shared");
    mapped = static_cast<std::byte*>(at);
#ifdef MADV_POPULATE_WRITE
    madvise(at, bytes, MADV_POPULATE_WRITE);  // at once, not page by page; where it fails, it is page by page
#endif
  });
  return mapped;
}

}  // namespace

NodeMemory::NodeMemory(const Communicator& node, std::uint64_t bytes) {
  if (bytes == 0) return;
  agree(node, [&] {
    errno = ENOMEM;
    // Linux would go on until it kills somebody.
    if (bytes > memory_of_this_machine().value) fail(bytes, "cannot be had");
    if (node.size() == 1) bytes_ = {map_alone(bytes), bytes};
  });
  if (node.size() > 1) bytes_ = {map_shared(node, bytes), bytes};
}

NodeMemory::NodeMemory(NodeMemory&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

NodeMemory& NodeMemory::operator=(NodeMemory&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

NodeMemory::~NodeMemory() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

}  // namespace rankwise::ranks
