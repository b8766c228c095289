/// How fast this machine makes a file and has it on its disk, with all threads: what results that are written, and are
/// safe when the program ends, are measured against. (A program that does not sync is done before its file is.)
///
/// usage: write_limit FILE BYTES
///
/// Makes room for FILE, fills it, each thread its own pieces, syncs it, and removes it. Prints
/// {"seconds": ..., "answer": []}.
#include <fcntl.h>
#include <fmt/format.h>
#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <vector>

namespace {

constexpr std::size_t piece_bytes = std::size_t{128} << 10;  // of several sizes the one that was fastest
constexpr std::size_t pieces_on_their_way = 256;             // to the disk, each time

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

void fill(int file, std::size_t size) {
  const std::size_t pieces = (size + piece_bytes - 1) / piece_bytes;
#pragma omp parallel
  {
    const std::vector<std::byte> piece(piece_bytes, std::byte{1});
#pragma omp for schedule(dynamic)
    for (std::size_t p = 0; p < pieces; ++p) {
      const std::size_t begin = p * piece_bytes, length = std::min(piece_bytes, size - begin);
      const auto at = static_cast<off_t>(begin);
      if (pwrite(file, piece.data(), length, at) != static_cast<ssize_t>(length)) fail("pwrite");
      if (p % pieces_on_their_way == 0) sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: write_limit FILE BYTES\n");
    return 2;
  }
  const std::size_t size = std::strtoull(argv[2], nullptr, 10);
#pragma omp parallel
  { (void)omp_get_thread_num(); }  // threads start before the clock does

  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const int file = open(argv[1], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) fail(argv[1]);
  if (posix_fallocate(file, 0, static_cast<off_t>(size)) != 0) fail("posix_fallocate");
  fill(file, size);
  if (fsync(file) != 0) fail("fsync");
  const std::chrono::duration<double> seconds = Clock::now() - start;
  close(file);
  unlink(argv[1]);
  fmt::print(R"({{"seconds": {:.9f}, "answer": []}})"
             "\n",
             seconds.count());
}
