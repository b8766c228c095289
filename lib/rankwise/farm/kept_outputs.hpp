#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "rankwise/processes/captured_output.hpp"

namespace rankwise::farm {

/// What tasks of a rank have printed and nobody has asked for yet. So many of the files that it came in stay open; what
/// comes then goes to one file together, for a process may not have any number of files open.
class KeptOutputs {
 public:
  explicit KeptOutputs(std::size_t most_files) : most_files_(most_files) {}

  using Streams = std::array<processes::CapturedOutput, 2>;
  /// @throws IoError where there is no space left
  void keep(std::uint64_t task, Streams streams);
  /// Of `[offset, size)`, at most so many bytes. @pre it is kept. @throws IoError
  [[nodiscard]] std::string piece(std::uint64_t task, std::size_t stream, std::uint64_t offset, std::size_t most) const;
  void drop(std::uint64_t task);

 private:
  struct Together {
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
  };
  struct Kept {
    Streams streams;  // empty where they are together with others
    std::array<Together, 2> together = {};
    bool is_together = false;
  };
  Together add(const processes::CapturedOutput& output);

  std::size_t most_files_;
  std::size_t files_ = 0;  // open, beside the one that is common
  std::unordered_map<std::uint64_t, Kept> kept_;
  processes::Descriptor common_;
  std::uint64_t end_ = 0;        // of it
  std::uint64_t in_common_ = 0;  // tasks
};

}  // namespace rankwise::farm
