#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>

#include "rankwise/storage/input_file.hpp"

namespace rankwise::storage {

/// A file's bytes as memory, shared with all processes that map it: nothing is copied. A file that is cut short, or a
/// disk that fails, while it is mapped reads as zeros instead of ending the program (SIGBUS), and check_mapped_files()
/// tells of it afterwards.
class MappedFile {
 public:
  /// @return nothing where mapping is not right or not to be had: on file systems that are not known to be local (the
  /// pages of another node's file may come late, stale or never), for empty files, beyond the limits of the system
  static std::shared_ptr<const MappedFile> map(std::shared_ptr<const InputFile> file);

  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// The whole file, as long as it was when it was opened.
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  /// The bytes will be looked at in runs of megabytes. What is not in memory then comes in as pages of 2 MiB, where
  /// kernel and file system can, each of which costs one fault now and at every later look, where 4 KiB cost as much.
  void expect_long_views() const;

 private:
  friend void note_view(std::shared_ptr<const MappedFile> file);
  friend void announce_view(const std::shared_ptr<const MappedFile>& file, std::uint64_t offset, std::uint64_t bytes);
  friend void check_mapped_files();
  struct Watched;

  MappedFile(std::shared_ptr<const InputFile> file, std::span<const std::byte> bytes);
  void check() const;

  std::shared_ptr<const InputFile> file_;
  std::span<const std::byte> bytes_;
  Watched* watched_;
  mutable std::atomic<bool> long_views_{false};
};

/// This thread is about to look at the bytes of `file`.
void note_view(std::shared_ptr<const MappedFile> file);

/// Somebody will look at these bytes soon: begins to fetch them from the disk, unless they are in memory. Never waits
/// or fails.
void announce_view(const std::shared_ptr<const MappedFile>& file, std::uint64_t offset, std::uint64_t bytes);

/// @throws IoError if a file that this thread has looked at since it last asked lost bytes meanwhile: what came of them
/// is worth nothing
void check_mapped_files();

}  // namespace rankwise::storage
