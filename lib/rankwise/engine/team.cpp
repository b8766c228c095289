#include "rankwise/engine/team.hpp"

#include <omp.h>

#include <utility>

#include "rankwise/engine/spread.hpp"

namespace rankwise::engine {
namespace {

void compute(Work& work, Forest& forest, blocks::Grid grid,
             const std::function<AnyPartial(blocks::BlockIndex, int)>& run, int thread) {
  try {
    while (const auto block = work.next(thread)) {
      forest.add(blocks::leaf(grid.block_at(*block)), run(*block, thread));
      work.set_done(*block);
    }
  } catch (...) {
    work.set_failed(std::current_exception());
  }
}

}  // namespace

Team::Team(int threads, Work& work, Forest& forest, std::function<AnyPartial(blocks::BlockIndex, int)> run)
    : work_(work), lead_([threads, &work, &forest, run = std::move(run)] {
        const blocks::Grid grid = work.grid();
#pragma omp parallel num_threads(threads)
        {
          spread(omp_get_thread_num(), omp_get_num_threads());
          compute(work, forest, grid, run, omp_get_thread_num());
        }
        work.set_team_gone();
      }) {
}

Team::~Team() {
  work_.close();
  lead_.join();
}

}  // namespace rankwise::engine
