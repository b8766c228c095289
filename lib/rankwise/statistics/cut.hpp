#pragma once

#include <cstdint>

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

/// How often a chunk is read where lanes are narrower than chunks; 1 elsewhere.
std::uint64_t reads_of_a_chunk(const storage::MatrixInfo& info, const MatrixCut& cut);

/// Depends on the matrix alone: its shape, its type and how it lies in the file.
/// @param most_lane_columns for which a partial result stays small; more where chunks are wider
MatrixCut cut_matrix(const storage::MatrixInfo& info, std::uint64_t most_lane_columns = 8192);

/// The same with lanes of up to twice as many columns, all about equally wide, where whole rows lie together: one lane
/// is read from front to end, while two touch every row twice. Steps stay, and with them the bits of the results.
MatrixCut with_even_lanes(MatrixCut cut, const storage::MatrixInfo& info);

/// How many steps pay as one block, where whole rows lie together: a power of two, so that they are a node of the tree
/// and may be merged within the block. Short steps of wide rows give as much to merge as they read; but many blocks
/// must be left for ranks and threads to share.
std::uint64_t steps_at_once(const MatrixCut& cut, const storage::MatrixInfo& info);

}  // namespace rankwise::statistics
