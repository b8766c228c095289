#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "rankwise/processes/descriptor.hpp"

namespace rankwise::farm {

/// Keeps what comes in any order until its turn: a bounded part of it in memory, the rest in files without names in
/// $TMPDIR or else /tmp.
class OrderedStore {
 public:
  explicit OrderedStore(std::size_t most_in_memory) : most_in_memory_(most_in_memory) {}

  /// @pre nothing is kept under this number yet. @throws IoError where there is no space left
  void put(std::uint64_t number, std::string bytes);
  /// What was put under a number, which is then free; nothing if nothing was.
  std::optional<std::string> take(std::uint64_t number);

 private:
  void put_into_file(std::uint64_t number, const std::string& bytes);

  std::size_t most_in_memory_;
  std::size_t in_memory_ = 0;
  std::unordered_map<std::uint64_t, std::string> memory_;
  // The place of each in `bytes_` is in `places_`, 16 bytes at 16 times its number: that file has holes where nothing
  // is.
  processes::Descriptor bytes_, places_;
  std::uint64_t in_files_ = 0;
  std::uint64_t end_ = 0;  // of bytes_
};

}  // namespace rankwise::farm
