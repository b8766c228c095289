#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rankwise/ranks/communicator.hpp"

namespace rankwise::ranks {

/// Memory that all ranks of a node share: one copy, whatever their number. It begins as zeros, and goes with the last
/// of them.
class NodeMemory {
 public:
  NodeMemory() = default;
  /// @param node the ranks of this node, as Session has them
  /// @throws AgreedError if the node's memory does not suffice, or cannot be shared
  /// @note Collective in `node`
  NodeMemory(const Communicator& node, std::uint64_t bytes);
  NodeMemory(NodeMemory&& other) noexcept;
  NodeMemory& operator=(NodeMemory&& other) noexcept;
  ~NodeMemory();

  /// The same bytes on every rank of the node; aligned for pages.
  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }
  template <class T>
  [[nodiscard]] T* as() const {
    return reinterpret_cast<T*>(bytes_.data());
  }

 private:
  std::span<std::byte> bytes_;
};

}  // namespace rankwise::ranks
