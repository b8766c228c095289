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
  /// Turns into the inverse of the panel's matrix, row by row.
  std::vector<double> invert(const ranks::Communicator& ranks, const std::string& name);
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
  RowPanel invert(const std::string& name);
  [[nodiscard]] RowPanel solve(const RowPanel& b) const;
  void solve(char transpose, std::vector<double>& x) const;

 private:
  const ranks::Communicator& ranks_;
  const Grid& grid_;
  BlockCyclic matrix_;
  std::vector<int> pivots_;
};

}  // namespace rankwise::dense
