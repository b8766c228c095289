#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rankwise::farm {

/// What has been done, by whom.
struct Tally {
  struct Slow {
    double seconds = 0;
    int rank = 0;
    std::string command = {};
  };
  struct OfRank {
    std::string host = {};
    std::uint64_t jobs = 0;
    std::uint64_t tasks = 0;  ///< that ended there, also those that are tried again
    double seconds = 0;       ///< that its tasks took together
  };
  static constexpr std::size_t most_slow = 10;

  std::uint64_t done = 0;           ///< tasks that ended well, in this run
  std::uint64_t failed = 0;         ///< for good
  std::uint64_t retried = 0;        ///< tries that failed and were followed by another
  std::uint64_t done_before = 0;    ///< by earlier runs, of this list
  std::uint64_t failed_before = 0;  ///< and not tried again
  std::vector<Slow> slowest = {};   ///< the slowest first
  std::vector<OfRank> ranks = {};

  void add_slow(double seconds, int rank, const std::string& command);
};

}  // namespace rankwise::farm
