#include "rankwise/dense/factors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "rankwise/base/errors.hpp"
#include "rankwise/dense/large_pages.hpp"
#include "rankwise/dense/routines.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::dense {
namespace {

constexpr int one = 1;
constexpr double alpha = 1, beta = 0;

/// @param info what LAPACK or ScaLAPACK said, the same on every rank
void check_factors(const ranks::Communicator& ranks, int info, const std::string& name) {
  ranks::agree(ranks, [&] {
    if (info > 0) throw InputError(fmt::format("{} is singular: pivot {} of its factors is 0", name, info));
    if (info < 0) throw MpiError(fmt::format("LAPACK refuses argument {}", -info));
  });
}

}  // namespace

LocalFactors::LocalFactors(const ranks::Communicator& ranks, const RowPanel& a, const std::string& name)
    : n_(as_int(a.rows)), values_(room_in_large_pages(a.elements().size())), pivots_(a.rows) {
  values_.assign(a.elements().begin(), a.elements().end());
  int info = 0;
  routines().dgetrf(&n_, &n_, values_.data(), &leading(), pivots_.data(), &info);
  check_factors(ranks, info, name);
}

std::vector<double> LocalFactors::invert(const ranks::Communicator& ranks, const std::string& name) const {
  const auto n = static_cast<std::size_t>(n_);
  std::vector<double> inverse = zeros_in_large_pages(values_.size());
  for (std::size_t c = 0; c < n; ++c) std::copy_n(values_.data() + c * n, c + 1, inverse.data() + c * n);
  int info = 0;
  routines().dtrtri("U", "N", &n_, inverse.data(), &leading(), &info);
  check_factors(ranks, info, name);
  routines().dtrsm("R", "L", "N", "U", &n_, &n_, &alpha, values_.data(), &leading(), inverse.data(), &leading());
  for (std::size_t c = n; c-- > 0;) {
    const auto other = static_cast<std::size_t>(pivots_[c]) - 1;
    double* column = inverse.data() + c * n;
    if (other != c) std::swap_ranges(column, column + n, inverse.data() + other * n);
  }
  return inverse;
}

std::vector<double> LocalFactors::solve(const RowPanel& b) const {
  const int right_sides = as_int(b.columns);
  std::vector<double> turned(b.elements().size()), result(b.elements().size());
  for (std::uint64_t r = 0; r < b.rows; ++r) {
    for (std::uint64_t c = 0; c < b.columns; ++c) turned[c * b.rows + r] = b.elements()[r * b.columns + c];
  }
  int info = 0;
  routines().dgetrs("T", &n_, &right_sides, values_.data(), &leading(), pivots_.data(), turned.data(), &leading(),
                    &info);
  for (std::uint64_t r = 0; r < b.rows; ++r) {
    for (std::uint64_t c = 0; c < b.columns; ++c) result[r * b.columns + c] = turned[c * b.rows + r];
  }
  return result;
}

void LocalFactors::solve(char transpose, std::vector<double>& x) const {
  int info = 0;
  routines().dgetrs(&transpose, &n_, &one, values_.data(), &leading(), pivots_.data(), x.data(), &leading(), &info);
}

GridFactors::GridFactors(const ranks::Communicator& ranks, const Grid& grid, const RowPanel& a, const std::string& name)
    : ranks_(ranks),
      grid_(grid),
      matrix_(ranks, grid, a),
      pivots_(static_cast<std::size_t>(matrix_.local_rows() + BlockCyclic::block)) {
  int info = 0;
  const int n = matrix_.rows();
  routines().pdgetrf(&n, &n, matrix_.data(), &one, &one, matrix_.descriptor(), pivots_.data(), &info);
  check_factors(ranks, info, name);
}

RowPanel GridFactors::invert(const std::string& name) {
  const int n = matrix_.rows();
  const auto size = static_cast<std::uint64_t>(n);
  BlockCyclic inverse(grid_, size, size);
  routines().pdlacpy("U", &n, &n, matrix_.data(), &one, &one, matrix_.descriptor(), inverse.data(), &one, &one,
                     inverse.descriptor());
  int info = 0;
  routines().pdtrtri("U", "N", &n, inverse.data(), &one, &one, inverse.descriptor(), &info);
  check_factors(ranks_, info, name);
  routines().pdtrsm("R", "L", "N", "U", &n, &n, &alpha, matrix_.data(), &one, &one, matrix_.descriptor(),
                    inverse.data(), &one, &one, inverse.descriptor());
  std::vector<double> room = matrix_.exchange_values(std::move(inverse));
  exchange_columns();
  return std::move(matrix_).into_transposed_panel(ranks_, std::move(room));
}

/// What the pivots did to the rows of the matrix becomes of the columns of its inverse.
void GridFactors::exchange_columns() {
  const int n = matrix_.rows(), block = BlockCyclic::block;
  const int pivots = n + block * grid_.shape().rows;  // as pdlapiv counts them: each rank has a block more
  const std::array<int, 9> descriptor{
      1, grid_.context(), pivots, 1, block, 1, 0, grid_.place().columns, static_cast<int>(pivots_.size())};
  std::vector<int> work(2 * static_cast<std::size_t>(pivots + block));
  routines().pdlapiv("B", "C", "C", &n, &n, matrix_.data(), &one, &one, matrix_.descriptor(), pivots_.data(), &one,
                     &one, descriptor.data(), work.data());
}

RowPanel GridFactors::solve(const RowPanel& b) const {
  const BlockCyclic turned(ranks_, grid_, b);
  BlockCyclic right(grid_, b.rows, b.columns);
  const int n = right.rows(), right_sides = right.columns();
  routines().pdtran(&n, &right_sides, &alpha, turned.data(), &one, &one, turned.descriptor(), &beta, right.data(), &one,
                    &one, right.descriptor());
  int info = 0;
  routines().pdgetrs("T", &n, &right_sides, matrix_.data(), &one, &one, matrix_.descriptor(), pivots_.data(),
                     right.data(), &one, &one, right.descriptor(), &info);
  BlockCyclic result(grid_, b.columns, b.rows);
  routines().pdtran(&right_sides, &n, &alpha, right.data(), &one, &one, right.descriptor(), &beta, result.data(), &one,
                    &one, result.descriptor());
  return std::move(result).into_transposed_panel(ranks_);
}

void GridFactors::solve(char transpose, std::vector<double>& x) const {
  BlockCyclic column(grid_, x.size(), 1);
  column.set_column(x);
  const int n = matrix_.rows();
  int info = 0;
  routines().pdgetrs(&transpose, &n, &one, matrix_.data(), &one, &one, matrix_.descriptor(), pivots_.data(),
                     column.data(), &one, &one, column.descriptor(), &info);
  x = column.column(ranks_);
}

}  // namespace rankwise::dense
