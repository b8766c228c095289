// The sum of each column of a matrix that rank 0 has: scatter the columns, OpenMP inside each rank, gather the sums.
//   cmake --build build/release --target example_column_sums     (in a project of your own: standalone/CMakeLists.txt)
//   mpiexec -n 3 build/release/apps/examples/example_column_sums 10
#include <fmt/format.h>

#include <numeric>

#include "rankwise/base/parse_number.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/ranks/binding.hpp"
#include "rankwise/ranks/collectives.hpp"
using namespace rankwise;

int main(int argc, char** argv) {
  const ranks::Session session;  // MPI, where mpiexec or srun started this program
  const ranks::Communicator& ranks = session.ranks();
  const int threads = ranks::lay_out_threads(session, std::nullopt).threads;
  const std::uint64_t columns = argc > 1 ? parse_count(argv[1], "COLUMNS") : 10, rows = 100'000;
  std::vector<double> matrix;         // on rank 0: 0, 1, 2, ... column after column
  std::vector<std::uint64_t> counts;  // of the values that each rank gets: 0 where ranks outnumber columns
  if (ranks.is_root()) {
    matrix.resize(rows * columns);
    std::iota(matrix.begin(), matrix.end(), 0.0);
    for (int r = 0; r < ranks.size(); ++r) counts.push_back(rows * blocks::share(columns, r, ranks.size()).size());
  }
  const std::vector<double> mine = ranks::scatter<double>(ranks, matrix, counts);
  std::vector<double> sums(mine.size() / rows);
#pragma omp parallel for num_threads(threads)
  for (std::size_t column = 0; column < sums.size(); ++column) {
    const auto values = std::span(mine).subspan(rows * column, rows);
    sums[column] = std::accumulate(values.begin(), values.end(), 0.0);
  }
  const std::vector<double> all = ranks::gather<double>(ranks, sums);
  if (!ranks.is_root()) return 0;
  std::uint64_t exact = 0;  // whole numbers below 2^53: not a bit may differ
  for (std::uint64_t c = 0; c < all.size(); ++c) exact += all[c] == double(rows * rows * c + rows * (rows - 1) / 2);
  fmt::print("{} of {} sums are exact on {} ranks x {} threads\n", exact, columns, ranks.size(), threads);
  return exact == columns ? 0 : 1;
}
