// Pool.map for MPI: a function of yours for every value of a list, on all ranks and threads, results in order.
//   cmake --build build/release --target example_pool_map     (in a project of your own: standalone/CMakeLists.txt)
//   mpiexec -n 3 build/release/apps/examples/example_pool_map 100
#include <fmt/format.h>

#include <numeric>

#include "rankwise/base/parse_number.hpp"
#include "rankwise/farm/map.hpp"
using namespace rankwise;

int main(int argc, char** argv) {
  const ranks::Session session;  // MPI, where mpiexec or srun started this program
  std::vector<std::uint64_t> numbers;
  if (session.ranks().is_root()) {
    numbers.resize(argc > 1 ? parse_count(argv[1], "N") : 100);
    std::iota(numbers.begin(), numbers.end(), std::uint64_t{0});
  }
  const auto squares = farm::map(session, numbers, [](std::uint64_t n) { return n * n; });
  if (!session.ranks().is_root()) return 0;
  std::uint64_t right = 0;
  for (std::size_t i = 0; i < squares.size(); ++i) right += squares[i] == i * i;
  fmt::print("{} of {} squares are right on {} ranks\n", right, numbers.size(), session.ranks().size());
  return right == numbers.size() ? 0 : 1;
}
