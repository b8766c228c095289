#pragma once

#include <cstdint>

#include "rankwise/storage/matrix_output.hpp"

namespace rankwise::matrices {

/// How a matrix that is written is cut: into its chunks, or, without chunks, into runs of about 4 MiB that lie together
/// in the file. Depends on the shape alone.
class Pieces {
 public:
  explicit Pieces(const storage::MatrixShape& shape);
  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] storage::Region region(std::uint64_t piece) const;
  /// Of the largest piece.
  [[nodiscard]] std::uint64_t elements() const { return outer_step_ * inner_step_; }
  /// Where a piece of an unchunked matrix begins, counted in elements.
  [[nodiscard]] std::uint64_t first_element(std::uint64_t piece) const;

 private:
  [[nodiscard]] blocks::Range outer(std::uint64_t piece) const;
  [[nodiscard]] blocks::Range inner(std::uint64_t piece) const;

  bool by_rows_;
  std::uint64_t outer_, inner_;            // rows and columns, the contiguous dimension second
  std::uint64_t outer_step_, inner_step_;  // of a piece
};

}  // namespace rankwise::matrices
