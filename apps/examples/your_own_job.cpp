// A job of your own: which number below N takes the most steps to 1 by "halve it if even, else triple it and add 1"?
//   cmake --build build/release --target example_your_own_job     (in a project of your own: standalone/CMakeLists.txt)
//   mpiexec -n 3 build/release/apps/examples/example_your_own_job 1e7
#include <fmt/format.h>

#include "rankwise/base/parse_number.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/ranks/binding.hpp"
using namespace rankwise;

struct LongestChain {
  using Partial = std::array<std::uint64_t, 2>;  // the most steps so far, and the number that takes them
  struct Scratch {};
  std::uint64_t limit, block_size = 100'000;
  engine::Identity identity() const { return {.method = "longest chain", .options = std::to_string(limit)}; }
  blocks::Grid grid() const { return {.lanes = 1, .steps = limit / block_size + 1}; }
  Bytes partial_bytes() const { return {sizeof(Partial)}; }
  Bytes block_bytes() const { return {0}; }
  Partial run(blocks::Block block, Scratch&) const {  // on any thread of any rank
    const blocks::Range numbers = blocks::piece(limit, block_size, block.step);
    Partial longest{};
    for (std::uint64_t number = numbers.begin; number < numbers.end; ++number) {
      std::uint64_t steps = 0;
      for (std::uint64_t n = number; n > 1; ++steps) n = n % 2 == 0 ? n / 2 : 3 * n + 1;
      longest = std::max(longest, {steps, number});
    }
    return longest;
  }
  void merge(Partial& left, const Partial& right) const { left = std::max(left, right); }
  static void encode(const Partial& longest, ByteWriter& out) { out.put(longest); }
  static Partial decode(ByteReader& in) { return in.get<Partial>(); }
};

int main(int argc, char** argv) {
  const ranks::Session session;  // MPI, where mpiexec or srun started this program
  const int threads = ranks::lay_out_threads(session, std::nullopt).threads;
  const engine::Context context(session, {.threads = threads, .memory = {}, .show_progress = {}});
  const auto print = [](auto, const auto& longest) { fmt::print("{} takes {} steps\n", longest[1], longest[0]); };
  engine::run(context, LongestChain{argc > 1 ? parse_count(argv[1], "N") : 10'000'000}, print, {.phase = "chains"});
}
