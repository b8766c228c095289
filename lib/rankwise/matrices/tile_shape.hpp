#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rankwise/storage/matrix.hpp"

namespace rankwise::matrices {

/// How a matrix lies in its file, as the one that is made of it sees it.
struct Lie {
  bool rows_together = true;
  storage::ChunkShape chunk = {};
  /// It is read whole, not one row or column of it again and again.
  bool whole = true;
};

/// What becomes of tiles.
struct TileUse {
  std::optional<storage::Contiguous> written = {};  ///< what lies side by side in the file that they go to
  std::optional<storage::Contiguous> reduced = {};  ///< each of these (column, row) becomes statistics
};

/// How a matrix that is made of others, tile by tile, is best cut: tiles of about half a million elements, of whole
/// rows where all of them have rows side by side, of whole columns where they have columns, and, where they lie across
/// one another, square or, for a file, as long as it takes runs well; on the borders of their chunks. Depends on the
/// shape and on how they lie alone.
storage::ChunkShape tile_shape(std::uint64_t rows, std::uint64_t columns, std::span<const Lie> matrices,
                               const TileUse& use = {});

}  // namespace rankwise::matrices
