#pragma once

#include <cstdint>

namespace rankwise::blocks {

using BlockIndex = std::uint64_t;
using BlockCount = std::uint64_t;

/// Numbers [begin, end).
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  [[nodiscard]] constexpr std::uint64_t size() const { return end - begin; }
  [[nodiscard]] constexpr bool empty() const { return begin == end; }
  friend bool operator==(const Range&, const Range&) = default;
};

/// One block of a grid.
struct Block {
  std::uint64_t lane = 0;
  std::uint64_t step = 0;
  friend bool operator==(const Block&, const Block&) = default;
};

/// How a problem is cut, from the problem alone: lanes stand side by side, the steps of a lane merge along one tree.
/// Block number = lane * steps + step.
struct Grid {
  std::uint64_t lanes = 0;
  std::uint64_t steps = 0;

  /// @throws InputError if the blocks cannot be numbered in 64 bits.
  [[nodiscard]] BlockCount count() const;
  [[nodiscard]] constexpr BlockIndex index_of(Block block) const { return block.lane * steps + block.step; }
  [[nodiscard]] constexpr Block block_at(BlockIndex index) const { return {index / steps, index % steps}; }
  friend bool operator==(const Grid&, const Grid&) = default;
};

/// The part of `count` things that one rank of `size` has: contiguous, in rank order, sizes differ by at most one, and
/// the shares of all ranks add up to `count`.
/// @pre 0 <= rank < size
Range share(std::uint64_t count, int rank, int size);

/// Piece `index` of `count` things cut into pieces of `piece`; the last one may be shorter.
Range piece(std::uint64_t count, std::uint64_t piece, std::uint64_t index);

}  // namespace rankwise::blocks
