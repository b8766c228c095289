#pragma once

#include <functional>
#include <thread>

#include "rankwise/engine/forest.hpp"
#include "rankwise/engine/work.hpp"

namespace rankwise::engine {

/// The OpenMP team of one rank, under a thread of its own, beside the main thread that alone calls MPI. Each thread
/// takes blocks from the work until it is closed and puts what they give into the forest.
class Team {
 public:
  /// `run(block, thread)` is called by `threads` threads at once, numbered from 0. An exception closes the work and is
  /// passed on as news; it never leaves the parallel region.
  Team(int threads, Work& work, Forest& forest, std::function<AnyPartial(blocks::BlockIndex block, int thread)> run);
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  /// Closes the work and waits for the blocks that are running.
  ~Team();

 private:
  Work& work_;
  std::thread lead_;
};

}  // namespace rankwise::engine
