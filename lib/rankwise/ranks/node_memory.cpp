#include "rankwise/ranks/node_memory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

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

}  // namespace

// A file without a name, which the others open by way of the rank that made it: not limited as /dev/shm is in
// containers, and never left behind.
NodeMemory::NodeMemory(const Communicator& node, std::uint64_t bytes) {
  if (bytes == 0) return;
  Descriptor file;
  std::string path;
  agree(node, [&] {
    if (!node.is_root()) return;
    errno = ENOMEM;
    // Linux would go on until it kills somebody.
    if (bytes > memory_of_this_machine().value) fail(bytes, "cannot be had");
    file = Descriptor(memfd_create("rankwise", MFD_CLOEXEC));
    if (file.get() < 0 || ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) fail(bytes, "cannot be had");
    // What is not there would end a rank when it is written to.
    int reason = EINTR;
    while (reason == EINTR) reason = posix_fallocate(file.get(), 0, static_cast<off_t>(bytes));
    errno = reason;
    if (reason != 0) fail(bytes, "cannot be had");
    path = fmt::format("/proc/{}/fd/{}", getpid(), file.get());
  });
  path = broadcast_text(node, path);
  agree(node, [&] {
    if (!node.is_root()) file = Descriptor(open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (file.get() < 0) fail(bytes, "cannot be shared");
    void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (at == MAP_FAILED) fail(bytes, "cannot be shared");
    bytes_ = {static_cast<std::byte*>(at), bytes};
  });
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
