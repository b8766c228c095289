#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rankwise/base/bytes.hpp"
#include "rankwise/dense/row_panel.hpp"
#include "rankwise/ranks/communicator.hpp"

/// Dense linear algebra on all ranks: ScaLAPACK (Blackford and others, 1997) between ranks, LAPACK on one. Not the same
/// bits on any number of ranks and threads.
namespace rankwise::dense {

/// An answer and how good it is.
struct Answer {
  RowPanel panel = {};
  /// How far it is off, in the Frobenius norm, as seen by 16 random vectors (or by all columns, where they are fewer):
  /// of an inverse ‖A·X − 1‖, of a solution ‖A·X − B‖ / ‖B‖, of a product ‖C − A·B‖ / ‖C‖.
  double residual = 0;
  /// ‖A‖·‖A⁻¹‖ in the 1-norm (of a solution: an estimate in the ∞-norm); nothing of a product.
  std::optional<double> condition = {};
};

/// A·B. @pre as many columns as B has rows. @note Collective
Answer multiply(const ranks::Communicator& ranks, const RowPanel& a, const RowPanel& b);
/// A⁻¹. @param name of A, for messages. @throws ranks::AgreedError if it is singular. @pre square. @note Collective
Answer invert(const ranks::Communicator& ranks, const RowPanel& a, const std::string& name);
/// X with A·X = B. @throws ranks::AgreedError if A is singular. @pre A is square, B has as many rows. @note Collective
Answer solve(const ranks::Communicator& ranks, const RowPanel& a, const RowPanel& b, const std::string& name);

/// Whether a matrix of this size can be dealt out to so many ranks: libraries count in 32 bits, ScaLAPACK bytes.
/// @throws UsageError
void check_size(std::uint64_t rows, std::uint64_t columns, int ranks);

/// What a rank needs at most at a time, of so many ranks.
Bytes bytes_to_multiply(std::uint64_t m, std::uint64_t k, std::uint64_t n, int ranks);
Bytes bytes_to_invert(std::uint64_t n, int ranks);
Bytes bytes_to_solve(std::uint64_t n, std::uint64_t right_sides, int ranks);

}  // namespace rankwise::dense
