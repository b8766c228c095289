#pragma once

#include <cstdint>
#include <optional>

#include "rankwise/storage/matrix_output.hpp"

namespace rankwise::matrices {

/// How a matrix that is written is cut: into its chunks, or, without chunks, into tiles, or into runs of about 4 MiB
/// that lie together in the file. They are numbered in the file's order; but narrow tiles, of which several take what
/// is in one page of an input that lies across, come one after another.
class Pieces {
 public:
  /// @param tile of a matrix without chunks; nothing: runs, which depend on the shape alone
  explicit Pieces(const storage::MatrixShape& shape, const std::optional<storage::ChunkShape>& tile = {});
  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] storage::Region region(std::uint64_t piece) const;
  /// The largest piece.
  [[nodiscard]] storage::ChunkShape largest() const;
  [[nodiscard]] std::uint64_t elements() const { return outer_step_ * inner_step_; }

 private:
  bool by_rows_;
  std::uint64_t outer_, inner_;            // rows and columns, the contiguous dimension second
  std::uint64_t outer_step_, inner_step_;  // of a piece
  std::uint64_t together_ = 1;             // pieces below one another that follow one another
};

}  // namespace rankwise::matrices
