// Loaded before libc: makes the k-th system call on files below a folder fail, so that a test can see what becomes of
// it.
//
//   LD_PRELOAD=libfailing_calls.so FAILING_BELOW=FOLDER FAILING_CALL=K [FAILING_ERRNO=5] [FAILING_RANK=0]
//   [FAILING_LOG=FILE]
//
// Calls that open, read, write, sync, lay out, map, rename or link are counted, in one process: that of the given MPI
// rank. Only the K-th fails (a full disk, which stays full: from the K-th on those that write, with FAILING_STAYS=1).
// What was made to fail is written to the log.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

struct Plan {
  std::string below;
  long call = 0;
  int error = EIO;
  bool stays = false;
  std::string log;
  std::atomic<long> calls{0};

  Plan() {
    const auto text = [](const char* name) { return std::getenv(name) != nullptr ? std::getenv(name) : ""; };
    const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
    const std::string wanted = std::getenv("FAILING_RANK") != nullptr ? std::getenv("FAILING_RANK") : "0";
    if (wanted != (rank != nullptr ? rank : "0")) return;
    below = text("FAILING_BELOW");
    call = std::atol(text("FAILING_CALL"));
    if (*text("FAILING_ERRNO") != '\0') error = std::atoi(text("FAILING_ERRNO"));
    stays = *text("FAILING_STAYS") != '\0';
    log = text("FAILING_LOG");
  }
};

Plan& plan() {
  static Plan the_plan;
  return the_plan;
}

bool is_below(const char* path) {
  const Plan& p = plan();
  if (p.below.empty() || path == nullptr) return false;
  if (path[0] != '/') {
    std::array<char, 4096> folder{};
    if (getcwd(folder.data(), folder.size()) == nullptr) return false;
    return (std::string(folder.data()) + "/" + path).starts_with(p.below);
  }
  return std::string(path).starts_with(p.below);
}

std::string path_of(int descriptor) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = readlink(link.c_str(), path.data(), path.size() - 1);
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : "";
}

/// Counts a call on a file; @return whether it is to fail, with errno set
bool fails(const char* what, const std::string& path, bool writes) {
  Plan& p = plan();
  if (p.below.empty() || !is_below(path.c_str())) return false;
  const long number = ++p.calls;
  if (number != p.call && !(p.stays && writes && number > p.call)) return false;
  if (!p.log.empty()) {
    const int log = real<int(const char*, int, ...)>("open")(p.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const std::string line = std::string(what) + " " + path + "\n";
    if (real<ssize_t(int, const void*, std::size_t)>("write")(log, line.data(), line.size()) < 0) std::abort();
    real<int(int)>("close")(log);
  }
  errno = p.error;
  return true;
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(arguments, unsigned)) : 0;
}

}  // namespace

#define RANKWISE_OPEN(NAME)                                            \
  extern "C" int NAME(const char* path, int flags, ...) {              \
    va_list arguments;                                                 \
    va_start(arguments, flags);                                        \
    const mode_t mode = mode_of(flags, arguments);                     \
    va_end(arguments);                                                 \
    if (fails(#NAME, path, (flags & O_CREAT) != 0)) return -1;         \
    return real<int(const char*, int, ...)>(#NAME)(path, flags, mode); \
  }
RANKWISE_OPEN(open)
RANKWISE_OPEN(open64)

extern "C" int openat(int folder, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  if (fails("openat", path, (flags & O_CREAT) != 0)) return -1;
  return real<int(int, const char*, int, ...)>("openat")(folder, path, flags, mode);
}

#define RANKWISE_MKOSTEMP(NAME)                          \
  extern "C" int NAME(char* pattern, int flags) {        \
    if (fails(#NAME, pattern, true)) return -1;          \
    return real<int(char*, int)>(#NAME)(pattern, flags); \
  }
RANKWISE_MKOSTEMP(mkostemp)
RANKWISE_MKOSTEMP(mkostemp64)

extern "C" ssize_t read(int descriptor, void* bytes, std::size_t size) {
  if (fails("read", path_of(descriptor), false)) return -1;
  return real<ssize_t(int, void*, std::size_t)>("read")(descriptor, bytes, size);
}
extern "C" ssize_t write(int descriptor, const void* bytes, std::size_t size) {
  if (fails("write", path_of(descriptor), true)) return -1;
  return real<ssize_t(int, const void*, std::size_t)>("write")(descriptor, bytes, size);
}

#define RANKWISE_PREAD(NAME)                                                                      \
  extern "C" ssize_t NAME(int descriptor, void* bytes, std::size_t size, off_t offset) {          \
    if (fails(#NAME, path_of(descriptor), false)) return -1;                                      \
    return real<ssize_t(int, void*, std::size_t, off_t)>(#NAME)(descriptor, bytes, size, offset); \
  }
RANKWISE_PREAD(pread)
RANKWISE_PREAD(pread64)

#define RANKWISE_PWRITE(NAME)                                                                           \
  extern "C" ssize_t NAME(int descriptor, const void* bytes, std::size_t size, off_t offset) {          \
    if (fails(#NAME, path_of(descriptor), true)) return -1;                                             \
    return real<ssize_t(int, const void*, std::size_t, off_t)>(#NAME)(descriptor, bytes, size, offset); \
  }
RANKWISE_PWRITE(pwrite)
RANKWISE_PWRITE(pwrite64)

#define RANKWISE_SYNC(NAME)                                 \
  extern "C" int NAME(int descriptor) {                     \
    if (fails(#NAME, path_of(descriptor), true)) return -1; \
    return real<int(int)>(#NAME)(descriptor);               \
  }
RANKWISE_SYNC(fsync)
RANKWISE_SYNC(fdatasync)

#define RANKWISE_TRUNCATE(NAME)                             \
  extern "C" int NAME(int descriptor, off_t size) {         \
    if (fails(#NAME, path_of(descriptor), true)) return -1; \
    return real<int(int, off_t)>(#NAME)(descriptor, size);  \
  }
RANKWISE_TRUNCATE(ftruncate)
RANKWISE_TRUNCATE(ftruncate64)

#define RANKWISE_ALLOCATE(NAME)                                           \
  extern "C" int NAME(int descriptor, off_t offset, off_t size) {         \
    if (fails(#NAME, path_of(descriptor), true)) return errno;            \
    return real<int(int, off_t, off_t)>(#NAME)(descriptor, offset, size); \
  }
RANKWISE_ALLOCATE(posix_fallocate)
RANKWISE_ALLOCATE(posix_fallocate64)

#define RANKWISE_MAP(NAME)                                                                                          \
  extern "C" void* NAME(void* where, std::size_t size, int protection, int flags, int descriptor, off_t offset) {   \
    if (descriptor >= 0 && fails(#NAME, path_of(descriptor), false)) return MAP_FAILED;                             \
    return real<void*(void*, std::size_t, int, int, int, off_t)>(#NAME)(where, size, protection, flags, descriptor, \
                                                                        offset);                                    \
  }
RANKWISE_MAP(mmap)
RANKWISE_MAP(mmap64)

#define RANKWISE_TWO_NAMES(NAME)                                 \
  extern "C" int NAME(const char* from, const char* to) {        \
    if (fails(#NAME, from, true)) return -1;                     \
    return real<int(const char*, const char*)>(#NAME)(from, to); \
  }
RANKWISE_TWO_NAMES(rename)
RANKWISE_TWO_NAMES(link)

extern "C" int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  if (fails("renameat2", from, true)) return -1;
  return real<int(int, const char*, int, const char*, unsigned)>("renameat2")(from_folder, from, to_folder, to, flags);
}

extern "C" int close(int descriptor) {
  if (fails("close", path_of(descriptor), false)) {
    const int error = errno;
    real<int(int)>("close")(descriptor);  // as Linux does: it is closed whatever is said
    errno = error;
    return -1;
  }
  return real<int(int)>("close")(descriptor);
}
