#pragma once

#include <cstdint>

#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::statistics {

/// How a matrix is cut for statistics of its columns: a lane is a run of columns, a step a run of rows. A block is
/// about 4 MiB that lie together in the file, on chunk borders where there are chunks.
struct MatrixCut {
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
  std::uint64_t lane_columns = 1;
  std::uint64_t step_rows = 1;

  [[nodiscard]] blocks::Grid grid() const;
  [[nodiscard]] storage::Region region_of(blocks::Block block) const;
  /// Of the largest block, in memory.
  [[nodiscard]] std::uint64_t largest_elements() const { return lane_columns * step_rows; }
};

/// What it takes to read a block of so many elements: their room, and that of chunks on the way from their file.
Bytes bytes_to_read(const storage::MatrixInfo& info, std::uint64_t elements);

/// Depends on the matrix alone: its shape, its type and how it lies in the file.
MatrixCut cut_matrix(const storage::MatrixInfo& info);

}  // namespace rankwise::statistics
