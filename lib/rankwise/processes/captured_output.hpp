#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/processes/descriptor.hpp"

namespace rankwise::processes {

/// What a task has printed: a little of it in memory; more goes to a file without a name, in $TMPDIR or else /tmp,
/// which is gone with the last process that has it open.
class CapturedOutput {
 public:
  static constexpr std::size_t most_in_memory = std::size_t{32} << 10;

  /// @throws IoError where it cannot be kept
  void append(std::span<const char> bytes);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// All of it, unless it is in a file.
  [[nodiscard]] const std::string& in_memory() const { return memory_; }
  [[nodiscard]] bool is_in_file() const { return static_cast<bool>(file_); }
  /// Of `[offset, size())`, at most so many bytes. @throws IoError
  [[nodiscard]] std::string piece(std::uint64_t offset, std::size_t most) const;
  /// The last bytes.
  [[nodiscard]] std::string end(std::size_t most) const;

  /// @param files its file, if there is one, goes there, to be sent beside the bytes
  void encode(ByteWriter& bytes, std::vector<Descriptor>& files);
  template <class NextFile>
  void decode(ByteReader& in, NextFile&& next_file) {
    size_ = in.get<std::uint64_t>();
    memory_ = in.get_string();
    if (in.get<bool>()) file_ = next_file();
  }

 private:
  std::uint64_t size_ = 0;
  std::string memory_;
  Descriptor file_;
};

}  // namespace rankwise::processes
