#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace rankwise::storage {

/// A file that is read at any place by any thread. Move-only; closed when it goes.
class InputFile {
 public:
  /// @throws IoError if the path is missing, a folder, or cannot be read
  explicit InputFile(const std::string& path);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  [[nodiscard]] const std::string& path() const { return path_; }
  /// When it was opened.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Now. 0 if it cannot be told.
  [[nodiscard]] std::uint64_t size_now() const;
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Fills `bytes` from `offset`. @throws IoError, also where the file ends before
  void read(std::uint64_t offset, std::span<std::byte> bytes) const;

  /// These bytes will be read soon: begins to fetch them from the disk, unless they are in memory. Never waits or
  /// fails.
  void announce(std::uint64_t offset, std::uint64_t bytes) const;

  /// What tells this content from another, in 32 hex digits: the size and 64 pages at fixed places.
  [[nodiscard]] std::string identity() const;

 private:
  /// Whether the last of these bytes is in memory: a look that is cheap, and right where files are read front to end.
  [[nodiscard]] bool seems_in_memory(std::uint64_t offset, std::uint64_t bytes) const;

  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

/// What tells the content of several files from another; of one alone, its own identity. @throws IoError
std::string identity_of(const std::string& file, const std::vector<std::string>& others);

}  // namespace rankwise::storage
