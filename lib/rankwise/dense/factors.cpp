#include "rankwise/dense/factors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rankwise/base/errors.hpp"
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
    : n_(as_int(a.rows)), values_(a.values), pivots_(a.rows) {
  int info = 0;
  routines().dgetrf(&n_, &n_, values_.data(), &leading(), pivots_.data(), &info);
  check_factors(ranks, info, name);
}

std::vector<double> LocalFactors::invert(const ranks::Communicator& ranks, const std::string& name) {
  int info = 0, size = -1;
  double best = 0;
  routines().dgetri(&n_, values_.data(), &leading(), pivots_.data(), &best, &size, &info);
  size = std::max(1, static_cast<int>(best));
  std::vector<double> work(static_cast<std::size_t>(size));
  routines().dgetri(&n_, values_.data(), &leading(), pivots_.data(), work.data(), &size, &info);
  check_factors(ranks, info, name);
  return std::move(values_);
}

std::vector<double> LocalFactors::solve(const RowPanel& b) const {
  const int right_sides = as_int(b.columns);
  std::vector<double> turned(b.values.size()), result(b.values.size());
  for (std::uint64_t r = 0; r < b.rows; ++r) {
    for (std::uint64_t c = 0; c < b.columns; ++c) turned[c * b.rows + r] = b.values[r * b.columns + c];
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
  int info = 0, size = -1, integers = -1, best_integers = 0;
  double best = 0;
  routines().pdgetri(&n, matrix_.data(), &one, &one, matrix_.descriptor(), pivots_.data(), &best, &size, &best_integers,
                     &integers, &info);
  size = std::max(1, static_cast<int>(best));
  integers = std::max(1, best_integers);
  std::vector<double> work(static_cast<std::size_t>(size));
  std::vector<int> integer_work(static_cast<std::size_t>(integers));
  routines().pdgetri(&n, matrix_.data(), &one, &one, matrix_.descriptor(), pivots_.data(), work.data(), &size,
                     integer_work.data(), &integers, &info);
  check_factors(ranks_, info, name);
  return matrix_.transposed_panel(ranks_);
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
  return result.transposed_panel(ranks_);
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
