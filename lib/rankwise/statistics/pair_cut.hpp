#pragma once

#include <cstdint>

#include "rankwise/blocks/grid.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::statistics {

/// How all pairs of a matrix' columns are cut. Columns stand in panels of nearly equal width; a lane is a pair of
/// panels (left <= right), numbered row by row through the upper triangle; a step is a run of rows.
struct PairCut {
  struct Panels {
    blocks::Range left;   ///< columns
    blocks::Range right;  ///< the same ones, or ones after them
  };

  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
  std::uint64_t panel_columns = 1;
  std::uint64_t step_rows = 1;

  [[nodiscard]] std::uint64_t panels() const;
  [[nodiscard]] blocks::Grid grid() const;
  [[nodiscard]] Panels panels_of(std::uint64_t lane) const;
  [[nodiscard]] blocks::Range rows_of(std::uint64_t step) const;
};

struct PairCutOptions {
  std::uint64_t most_panel_columns = 256;  ///< so that the sums of a pair of panels take 512 KiB
  std::uint64_t block_bytes = std::uint64_t{4} << 20;
};

/// How many times the blocks read the whole matrix between them: as often as there are panels, and more often where
/// chunks that are read whole stretch over several panels.
double times_read(const storage::MatrixInfo& info, const PairCut& cut);

/// Depends on the matrix alone: its shape, its type and its chunks, on whose borders steps end.
PairCut cut_pairs(const storage::MatrixInfo& info, const PairCutOptions& options = {});

}  // namespace rankwise::statistics
