#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace rankwise::storage {

/// How ranks fill one file together.
enum class WriteBy : std::uint8_t {
  automatic,  ///< what is right for the file system
  posix,      ///< each rank writes its parts
  root,       ///< rank 0 writes what the others send it
  mpi_io      ///< each rank writes its parts through MPI-IO
};

/// A file that is filled by offset, by any thread of any rank that sees it.
class FilledFile {
 public:
  /// @param shown_as the name that errors tell
  /// @throws IoError
  FilledFile(const std::string& path, std::string shown_as);
  FilledFile(const FilledFile&) = delete;
  FilledFile& operator=(const FilledFile&) = delete;
  virtual ~FilledFile();
  /// @throws IoError
  virtual void write(std::uint64_t offset, std::span<const std::byte> bytes) const;
  /// Makes sure that the disk has room for the file's first `bytes`. @throws IoError if it has not
  void reserve(std::uint64_t bytes) const;
  /// Bytes are durable. @throws IoError
  virtual void sync() const;

 private:
  [[noreturn]] void fail(int reason) const;
  std::string shown_as_;
  int descriptor_;
  mutable std::atomic<std::uint64_t> waiting_ = 0;  ///< bytes that nobody has sent on their way to the disk
};

}  // namespace rankwise::storage
