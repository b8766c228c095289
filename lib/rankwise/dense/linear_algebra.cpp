#include "rankwise/dense/linear_algebra.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/base/checked.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/dense/block_cyclic.hpp"
#include "rankwise/dense/factors.hpp"
#include "rankwise/dense/routines.hpp"
#include "rankwise/random/philox.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"

namespace rankwise::dense {
namespace {

constexpr int one = 1;
constexpr double alpha = 1, beta = 0;

/// Columns that a result is looked at through: all of few, or combinations with random signs of many. As a matrix of
/// `size` rows, row by row.
struct Probes {
  std::uint64_t columns = 0;
  std::vector<double> values = {};
  double weight = 1;  ///< what a squared norm behind them is divided by

  explicit Probes(std::uint64_t size) {
    constexpr std::uint64_t most = 16;
    columns = std::min(size, most);
    values.resize(size * columns);
    const bool all = size <= most;
    const random::Stream stream(0, random::StreamName::dense);
    for (std::uint64_t i = 0; i < values.size(); ++i) {
      const bool diagonal = i / columns == i % columns;
      values[i] = all ? (diagonal ? 1.0 : 0.0) : ((stream.word64(i) & 1) != 0 ? 1.0 : -1.0);
    }
    if (!all) weight = static_cast<double>(columns);
  }
};

/// Squares neither overflow nor vanish. NaN if there is one, or an infinity.
double norm(std::span<const double> a) {
  double largest = 0, sum = 0;
  for (const double x : a) {
    if (!std::isfinite(x)) return std::numeric_limits<double>::quiet_NaN();
    largest = std::max(largest, std::abs(x));
  }
  if (largest == 0) return 0;
  for (const double x : a) sum += (x / largest) * (x / largest);
  return largest * std::sqrt(sum);
}

double distance(std::span<const double> a, std::span<const double> b) {
  std::vector<double> differences(a.size());
  std::transform(a.begin(), a.end(), b.begin(), differences.begin(), std::minus<>());
  return norm(differences);
}

/// About ‖A⁻¹‖ in the ∞-norm, from below: Higham's estimator ("FORTRAN codes for estimating the one-norm of a real or
/// complex matrix", 1988) on the transposed matrix, whose factors these are. Rank 0 decides how to go on: others might
/// see it otherwise by a rounding error. (pdgecon of ScaLAPACK 2.2.1 is off by orders of magnitude on several ranks.)
template <class SomeFactors>
double inverse_norm(const ranks::Communicator& ranks, const SomeFactors& factors, std::uint64_t size) {
  const int n = as_int(size);
  std::vector<double> v(size), x(size);
  std::vector<int> signs(size);
  std::array<int, 3> state{};
  double estimate = 0;
  for (int what_next = 0; true;) {
    if (ranks.is_root()) routines().dlacn2(&n, v.data(), x.data(), signs.data(), &estimate, &what_next, state.data());
    ByteWriter decision;
    decision.put(what_next);
    decision.put(estimate);
    decision.put_vector(x);
    const std::vector<std::byte> of_root = ranks::broadcast(ranks, decision.take());
    ByteReader in(of_root);
    what_next = in.get<int>();
    estimate = in.get<double>();
    x = in.get_vector<double>();
    if (what_next == 0) return estimate;
    factors.solve(what_next == 1 ? 'N' : 'T', x);
  }
}

/// What rounding errors cannot explain came from somewhere else, such as a transfer that failed: libraries do not tell.
void check_residual(const ranks::Communicator& ranks, const Answer& answer, std::uint64_t size) {
  constexpr double much = 1000;
  const double rounding = static_cast<double>(size) * std::numeric_limits<double>::epsilon() * *answer.condition;
  ranks::agree(ranks, [&] {
    if (answer.residual <= much * rounding || !std::isfinite(rounding)) return;
    if (std::isnan(answer.residual)) throw InputError("the answer cannot be tried: its product is beyond float64");
    throw MpiError(fmt::format("the answer is not one: its residual is {:.1e}", answer.residual));
  });
}

}  // namespace

Answer multiply(const ranks::Communicator& ranks, const RowPanel& a, const RowPanel& b) {
  Answer answer;
  if (ranks.size() == 1) {
    answer.panel = RowPanel(ranks, a.rows, b.columns);
    answer.panel.values = product(ranks, a, b.elements(), b.columns);
  } else {
    const Grid grid(ranks, Grid::squarest(ranks.size()));
    const BlockCyclic left(ranks, grid, b), right(ranks, grid, a);
    BlockCyclic result(grid, b.columns, a.rows);
    const int m = result.rows(), n = result.columns(), k = right.rows();
    if (m > 0 && n > 0 && k > 0) {
      routines().pdgemm("N", "N", &m, &n, &k, &alpha, left.data(), &one, &one, left.descriptor(), right.data(), &one,
                        &one, right.descriptor(), &beta, result.data(), &one, &one, result.descriptor());
    }
    answer.panel = std::move(result).into_transposed_panel(ranks);
  }
  const Probes probes(b.columns);
  const auto expected = product(ranks, a, product(ranks, b, probes.values, probes.columns), probes.columns);
  const auto found = product(ranks, answer.panel, probes.values, probes.columns);
  const double size = norm(expected);
  answer.residual = size > 0 ? distance(found, expected) / size : norm(found);
  return answer;
}

Answer invert(const ranks::Communicator& ranks, const RowPanel& a, const std::string& name) {
  Answer answer;
  if (ranks.size() == 1) {
    answer.panel = RowPanel(ranks, a.rows, a.columns);
    answer.panel.values = LocalFactors(ranks, a, name).invert(ranks, name);
  } else {
    const Grid grid(ranks, Grid::squarest(ranks.size()));
    answer.panel = GridFactors(ranks, grid, a, name).invert(name);
  }
  const Probes probes(a.rows);
  const auto found = product(ranks, a, product(ranks, answer.panel, probes.values, probes.columns), probes.columns);
  answer.residual = distance(found, probes.values) / std::sqrt(probes.weight);
  answer.condition = norm_1(ranks, a) * norm_1(ranks, answer.panel);
  check_residual(ranks, answer, a.rows);
  return answer;
}

Answer solve(const ranks::Communicator& ranks, const RowPanel& a, const RowPanel& b, const std::string& name) {
  Answer answer;
  const double size_of_a = norm_infinity(ranks, a);
  if (ranks.size() == 1) {
    const LocalFactors factors(ranks, a, name);
    answer.panel = RowPanel(ranks, b.rows, b.columns);
    answer.panel.values = factors.solve(b);
    answer.condition = size_of_a * inverse_norm(ranks, factors, a.rows);
  } else {
    const Grid grid(ranks, Grid::squarest(ranks.size()));
    const GridFactors factors(ranks, grid, a, name);
    answer.panel = factors.solve(b);
    answer.condition = size_of_a * inverse_norm(ranks, factors, a.rows);
  }
  const Probes probes(b.columns);
  const auto found = product(ranks, a, product(ranks, answer.panel, probes.values, probes.columns), probes.columns);
  const auto expected = product(ranks, b, probes.values, probes.columns);
  const double size = norm(expected);
  answer.residual = size > 0 ? distance(found, expected) / size : norm(found);
  check_residual(ranks, answer, a.rows);
  return answer;
}

namespace {

/// Doubles of so many matrices of this size, shared out to ranks.
std::uint64_t share(std::uint64_t matrices, std::uint64_t rows, std::uint64_t columns, int ranks) {
  const std::uint64_t elements = checked_product(rows, columns, "a matrix");
  const std::uint64_t of_rank = divide_up(elements, static_cast<std::uint64_t>(ranks));
  return checked_product(checked_product(matrices, of_rank, "the matrices"), sizeof(double), "the matrices");
}

}  // namespace

void check_size(std::uint64_t rows, std::uint64_t columns, int ranks) {
  (void)as_int(rows);
  (void)as_int(columns);
  if (ranks == 1) return;
  const Grid::Shape grid = Grid::squarest(ranks);
  constexpr std::uint64_t block = BlockCyclic::block;
  // What lies row by row is its transposed matrix column by column.
  const std::uint64_t high = divide_up(divide_up(columns, block), static_cast<std::uint64_t>(grid.rows)) * block;
  const std::uint64_t wide = divide_up(divide_up(rows, block), static_cast<std::uint64_t>(grid.columns)) * block;
  const std::uint64_t panel = divide_up(rows, static_cast<std::uint64_t>(ranks)) * columns;
  constexpr std::uint64_t most = std::uint64_t{1} << 28;
  if (std::max(high * wide, panel) < most) return;
  throw UsageError(
      fmt::format("{} × {} are too many for {} ranks: ScaLAPACK takes less than 2 GiB of a matrix on each; take more "
                  "ranks, or one",
                  rows, columns, ranks));
}

// Each matrix is there in rows and, on several ranks, in blocks, and once more while it is dealt out.
Bytes bytes_to_multiply(std::uint64_t m, std::uint64_t k, std::uint64_t n, int ranks) {
  const std::uint64_t forms = ranks == 1 ? 1 : 2;
  std::uint64_t bytes = checked_sum(share(forms, m, k, ranks), share(forms, k, n, ranks), "the matrices");
  bytes = checked_sum(bytes, share(forms, m, n, ranks), "the matrices");
  return {checked_sum(bytes, ranks == 1 ? 0 : share(1, std::max(m, k), std::max(k, n), ranks), "the matrices")};
}

Bytes bytes_to_invert(std::uint64_t n, int ranks) {
  return {share(3, n, n, ranks)};
}

Bytes bytes_to_solve(std::uint64_t n, std::uint64_t right_sides, int ranks) {
  return {checked_sum(share(ranks == 1 ? 2 : 3, n, n, ranks), share(5, n, right_sides, ranks), "the matrices")};
}

}  // namespace rankwise::dense
