// π from random points: the MPI program of every introductory course, with threads inside its ranks.
//   cmake --build build/release --target example_pi     (in a project of your own: standalone/CMakeLists.txt)
//   mpiexec -n 2 build/release/apps/examples/example_pi 1e9
#include <fmt/format.h>

#include <optional>
#include <vector>

#include "rankwise/base/parse_number.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/random/philox.hpp"
#include "rankwise/ranks/binding.hpp"
#include "rankwise/ranks/collectives.hpp"

using namespace rankwise;

int main(int argc, char** argv) {
  const ranks::Session session;  // MPI, where mpiexec or srun started this program
  const ranks::Communicator& ranks = session.ranks();
  const int threads = ranks::lay_out_threads(session, std::nullopt).threads;
  const std::uint64_t samples = argc > 1 ? parse_count(argv[1], "SAMPLES") : 100'000'000;

  std::vector<blocks::Range> shares;  // on rank 0: the numbers of the points that each rank has
  for (int rank = 0; ranks.is_root() && rank < ranks.size(); ++rank) {
    shares.push_back(blocks::share(samples, rank, ranks.size()));
  }
  const std::vector<std::uint64_t> one_each(shares.size(), 1);
  const blocks::Range mine = ranks::scatter<blocks::Range>(ranks, shares, one_each).front();

  const random::Stream stream(0, random::StreamName::pi);  // indexed by point: no split changes the hits
  std::uint64_t hits = 0;
#pragma omp parallel for schedule(static) reduction(+ : hits) num_threads(threads)
  for (std::uint64_t point = mine.begin; point < mine.end; ++point) {
    const std::uint64_t word = stream.word64(point), x = word >> 32, y = word & 0xFFFFFFFF;
    if (x * x + y * y >= x * x) ++hits;  // a sum that overflows 64 bits lies outside the circle
  }
  hits = ranks::sum(ranks, hits);
  const double pi = 4.0 * static_cast<double>(hits) / static_cast<double>(samples);
  if (ranks.is_root()) fmt::print("pi = {:.6f}, {} hits on {} ranks x {} threads\n", pi, hits, ranks.size(), threads);
}
