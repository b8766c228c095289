#include "rankwise/storage/mapped_file.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/file_system.hpp"
#include "rankwise/storage/read_ahead.hpp"

namespace rankwise::storage {

/// A mapping as the signal handler sees it. Entries are used again, never freed: the handler may walk the list at any
/// time.
struct MappedFile::Watched {
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::uintptr_t> end{0};
  std::atomic<bool> lost{false};
  Watched* next = nullptr;

  static Watched* add(std::span<const std::byte> bytes);
  static bool replace_lost_page(std::uintptr_t address);

  static std::atomic<Watched*> all;
  static struct sigaction before;
};

std::atomic<MappedFile::Watched*> MappedFile::Watched::all{nullptr};
struct sigaction MappedFile::Watched::before = {};
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free, "the handler may only touch lock-free atomics");

namespace {

std::uintptr_t page_size() {
  static const auto size = static_cast<std::uintptr_t>(getpagesize());
  return size;
}

thread_local std::vector<std::shared_ptr<const MappedFile>> looked_at;

/// Whether the last of these mapped bytes is in memory: a look that is cheap, right where files are read front to end,
/// and fetches nothing. (A read that may not wait fetches some small pages, which then stand in the way of large ones.)
/// Of a file that is not ours Linux does not tell, and says yes: faults fetch it then, 2 MiB ahead.
bool seems_in_memory(std::span<const std::byte> bytes) {
  const auto last = reinterpret_cast<std::uintptr_t>(&bytes.back()) / page_size() * page_size();
  unsigned char page = 0;
  return mincore(reinterpret_cast<void*>(last), 1, &page) != 0 || (page & 1U) != 0;
}

}  // namespace

/// Zeros take the place of the rest of the mapping, and whoever reads it goes on. As journald does it: mmap is no more
/// than a system call, though POSIX does not list it as safe in a handler.
bool MappedFile::Watched::replace_lost_page(std::uintptr_t address) {
  for (Watched* each = all.load(); each != nullptr; each = each->next) {
    const std::uintptr_t begin = each->begin.load(), end = each->end.load();
    if (begin == 0 || address < begin || address >= end) continue;  // an entry without a beginning is nobody's
    each->lost.store(true);
    const std::uintptr_t page = address / page_size() * page_size();
    return mmap(reinterpret_cast<void*>(page), end - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
           MAP_FAILED;
  }
  return false;
}

MappedFile::Watched* MappedFile::Watched::add(std::span<const std::byte> bytes) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (all.load() == nullptr) {
    page_size();
    struct sigaction action = {};
    action.sa_flags = static_cast<int>(SA_SIGINFO | SA_RESTART);
    action.sa_sigaction = [](int, siginfo_t* info, void*) {
      // Anybody else's comes again, to whoever was there before us.
      if (!replace_lost_page(reinterpret_cast<std::uintptr_t>(info->si_addr))) sigaction(SIGBUS, &before, nullptr);
    };
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &before);
  }
  Watched* entry = all.load();
  while (entry != nullptr && entry->begin.load() != 0) entry = entry->next;
  if (entry == nullptr) {
    entry = new Watched;
    entry->next = all.load();
    all.store(entry);
  }
  entry->lost.store(false);
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
  entry->end.store(begin + bytes.size());
  entry->begin.store(begin);
  return entry;
}

std::shared_ptr<const MappedFile> MappedFile::map(std::shared_ptr<const InputFile> file) {
  if (file->size() == 0 || !file_system_of(file->path()).is_local()) return nullptr;
  const auto size = static_cast<std::size_t>(file->size());
  void* at = mmap(nullptr, size, PROT_READ, MAP_SHARED, file->descriptor(), 0);
  if (at == MAP_FAILED) return nullptr;
  return std::shared_ptr<const MappedFile>(
      new MappedFile(std::move(file), std::span(static_cast<const std::byte*>(at), size)));
}

MappedFile::MappedFile(std::shared_ptr<const InputFile> file, std::span<const std::byte> bytes)
    : file_(std::move(file)), bytes_(bytes), watched_(Watched::add(bytes)) {}

MappedFile::~MappedFile() {
  watched_->begin.store(0);
  watched_->end.store(0);
  munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void MappedFile::expect_long_views() const {
  if (!long_views_.exchange(true)) madvise(const_cast<std::byte*>(bytes_.data()), bytes_.size(), MADV_HUGEPAGE);
}

void MappedFile::check() const {
  // The rest of a file's last page reads as zeros without a signal.
  const std::uint64_t size = file_->size_now();
  if (size < bytes_.size()) {
    throw IoError(fmt::format("{} ends at byte {}: it was cut short while it was read", file_->path(), size));
  }
  if (watched_->lost.load())
    throw IoError(fmt::format("{} cannot be read: the disk or its driver fails", file_->path()));
}

void note_view(std::shared_ptr<const MappedFile> file) {
  if (looked_at.empty() || looked_at.back() != file) looked_at.push_back(std::move(file));
}

void announce_view(const std::shared_ptr<const MappedFile>& file, std::uint64_t offset, std::uint64_t bytes) {
  const auto view = file->bytes_.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(bytes));
  if (view.empty() || seems_in_memory(view)) return;
  ReadAhead::of_this_process().fetch(file, view);
}

void check_mapped_files() {
  const auto files = std::exchange(looked_at, {});
  for (const auto& file : files) file->check();
}

}  // namespace rankwise::storage
