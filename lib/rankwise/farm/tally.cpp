#include "rankwise/farm/tally.hpp"

#include <algorithm>

namespace rankwise::farm {

void Tally::add_slow(double seconds, int rank, const std::string& command) {
  if (slowest.size() == most_slow && seconds <= slowest.back().seconds) return;
  const auto place = std::find_if(slowest.begin(), slowest.end(), [&](const Slow& s) { return s.seconds < seconds; });
  slowest.insert(place, {.seconds = seconds, .rank = rank, .command = command});
  if (slowest.size() > most_slow) slowest.pop_back();
}

}  // namespace rankwise::farm
