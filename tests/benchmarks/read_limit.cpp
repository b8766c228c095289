/// What this machine can read per second with all threads, for results to be measured against. The bytes are added up
/// as words, which costs less than their way to the processor.
///
/// usage: read_limit memory|mapped|read FILE
///
/// memory: FILE's bytes, in memory of our own that all threads have touched: the limit of the memory itself
/// mapped: FILE as a new mapping of the page cache, with its page faults
/// read:   FILE by pread in pieces that stay in a processor's cache
///
/// Prints {"seconds": ..., "answer": [], "sum": ...}; the sum is only there so that nothing is left out.
#include <fcntl.h>
#include <fmt/format.h>
#include <omp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

constexpr std::size_t piece_bytes = std::size_t{256} << 10;
constexpr std::size_t strip_bytes = std::size_t{4} << 20;  // what a thread takes at a time

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::uint64_t add_up(std::span<const std::byte> bytes) {
  const auto* words = reinterpret_cast<const std::uint64_t*>(bytes.data());
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < bytes.size() / sizeof(std::uint64_t); ++i) sum += words[i];
  return sum;
}

std::span<const std::byte> strip_of(std::span<const std::byte> bytes, std::size_t strip) {
  const std::size_t begin = strip * strip_bytes;
  return bytes.subspan(begin, std::min(strip_bytes, bytes.size() - begin));
}

std::uint64_t add_up_by_all(std::span<const std::byte> bytes) {
  const std::size_t strips = (bytes.size() + strip_bytes - 1) / strip_bytes;
  std::uint64_t sum = 0;
#pragma omp parallel for schedule(dynamic) reduction(+ : sum)
  for (std::size_t strip = 0; strip < strips; ++strip) sum += add_up(strip_of(bytes, strip));
  return sum;
}

std::size_t read_piece(int file, std::span<std::byte> room, std::size_t at) {
  const ssize_t got = pread(file, room.data(), room.size(), static_cast<off_t>(at));
  if (got <= 0) fail("pread");
  return static_cast<std::size_t>(got);
}

std::uint64_t read_by_all(int file, std::size_t size) {
  const std::size_t pieces = (size + piece_bytes - 1) / piece_bytes;
  std::uint64_t sum = 0;
#pragma omp parallel reduction(+ : sum)
  {
    std::vector<std::byte> room(piece_bytes);
#pragma omp for schedule(dynamic, 16)
    for (std::size_t piece = 0; piece < pieces; ++piece) {
      sum += add_up(std::span(room).first(read_piece(file, room, piece * piece_bytes)));
    }
  }
  return sum;
}

std::span<std::byte> map(int file, std::size_t size, int protection, int flags) {
  void* at = mmap(nullptr, size, protection, flags, file, 0);
  if (at == MAP_FAILED) fail("mmap");
  return {static_cast<std::byte*>(at), size};
}

std::span<const std::byte> load(int file, std::size_t size) {
  const auto room = map(-1, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
  madvise(room.data(), size, MADV_HUGEPAGE);
  for (std::size_t at = 0; at < size;) at += read_piece(file, room.subspan(at), at);
  add_up_by_all(room);
  return room;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: read_limit memory|mapped|read FILE\n");
    return 2;
  }
  const std::string_view way = argv[1];
  const int file = open(argv[2], O_RDONLY | O_CLOEXEC);
  if (file < 0) fail(argv[2]);
  struct stat status = {};
  if (fstat(file, &status) != 0) fail(argv[2]);
  const auto size = static_cast<std::size_t>(status.st_size);
  const auto loaded = way == "memory" ? load(file, size) : std::span<const std::byte>{};
#pragma omp parallel
  { (void)omp_get_thread_num(); }  // threads start before the clock does

  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  std::uint64_t sum = 0;
  if (way == "memory") sum = add_up_by_all(loaded);
  if (way == "mapped") sum = add_up_by_all(map(file, size, PROT_READ, MAP_SHARED));
  if (way == "read") sum = read_by_all(file, size);
  const std::chrono::duration<double> seconds = Clock::now() - start;
  fmt::print(R"({{"seconds": {:.9f}, "answer": [], "sum": {}}})"
             "\n",
             seconds.count(), sum);
}
