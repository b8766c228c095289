#pragma once

#include <cstdint>
#include <string>

#include "rankwise/processes/descriptor.hpp"

namespace rankwise::farm {

/// What there is of a list that may still be growing.
enum class Next { value, later, end };

/// The lines of a file or pipe, as they come. Never waits for one.
class LineReader {
 public:
  /// No line is longer.
  static constexpr std::size_t longest_line = std::size_t{16} << 20;

  /// @param path `-` is standard input
  /// @param delimiter ends a line: '\n', or NUL
  /// @throws IoError
  LineReader(const std::string& path, char delimiter);

  /// @throws InputError for a line that is none, IoError
  Next next(std::string& line);
  /// To poll, after `later`.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  bool has_input() const;

  std::string name_;
  char delimiter_;
  processes::Descriptor file_;
  int descriptor_;
  std::string buffer_;
  std::size_t begin_ = 0;     // of the next line
  std::size_t searched_ = 0;  // there is no delimiter before
  std::uint64_t lines_ = 0;
  bool ended_ = false;
};

}  // namespace rankwise::farm
