#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace rankwise::ranks {

/// A file that is there, to write to by offset through MPI-IO: each rank has it open for itself. Any thread may write
/// where the session was started for that; else the main thread alone.
class MpiFile {
 public:
  /// @param shown_as the name that errors tell
  /// @throws IoError
  /// @pre MPI is started
  MpiFile(const std::string& path, std::string shown_as);
  MpiFile(const MpiFile&) = delete;
  MpiFile& operator=(const MpiFile&) = delete;
  ~MpiFile();
  /// @throws IoError
  void write(std::uint64_t offset, std::span<const std::byte> bytes) const;
  /// What this rank has written is durable. @throws IoError
  void sync() const;

 private:
  struct Handle;
  void check(int code) const;

  std::string shown_as_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace rankwise::ranks
