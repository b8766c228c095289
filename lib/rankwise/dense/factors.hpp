#pragma once

#include <string>
#include <vector>

#include "rankwise/dense/block_cyclic.hpp"
#include "rankwise/dense/row_panel.hpp"
#include "rankwise/ranks/communicator.hpp"

// For the sources of this folder alone.
namespace rankwise::dense {

/// The transposed matrix of a panel in its two triangular factors, by LAPACK; on one rank, column by column.
class LocalFactors {
 public:
  /// @param name of the matrix, for messages. @throws ranks::AgreedError if it is singular
  LocalFactors(const ranks::Communicator& ranks, const RowPanel& a, const std::string& name);
  /// The inverse of the panel's matrix, row by row: that of one factor, and a solution with the other for all of its
  /// rows at once (Du Croz and Higham, "Stability of methods for matrix inversion", 1992, their method B; LAPACK's
  /// dgetri takes some columns at a time, in less room and more time).
  [[nodiscard]] std::vector<double> invert(const ranks::Communicator& ranks, const std::string& name) const;
  /// X with A·X = B for the panel's matrix A; row by row, as the right sides are.
  [[nodiscard]] std::vector<double> solve(const RowPanel& b) const;
  /// x becomes the solution of the transposed equations ('N'), or of those themselves ('T').
  void solve(char transpose, std::vector<double>& x) const;

 private:
  [[nodiscard]] const int& leading() const { return n_; }

  int n_;
  std::vector<double> values_;
  std::vector<int> pivots_;
};

/// The same by ScaLAPACK on a grid, which outlives it. @note Collective, all of it
class GridFactors {
 public:
  GridFactors(const ranks::Communicator& ranks, const Grid& grid, const RowPanel& a, const std::string& name);
  /// Turns into the inverse, which is given out row by row.
  RowPanel invert(const std::string& name);
  [[nodiscard]] RowPanel solve(const RowPanel& b) const;
  void solve(char transpose, std::vector<double>& x) const;

 private:
  void exchange_columns();

  const ranks::Communicator& ranks_;
  const Grid& grid_;
  BlockCyclic matrix_;
  std::vector<int> pivots_;
};

}  // namespace rankwise::dense
