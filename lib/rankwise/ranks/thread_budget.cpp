#include "rankwise/ranks/thread_budget.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace rankwise::ranks {
namespace {

/// How many of the `count` processors that the same ranks share belong to the rank that is the `index`th of `sharers`.
int dealt(int count, int index, int sharers) {
  return count / sharers + (index < count % sharers ? 1 : 0);
}

}  // namespace

int default_threads(const Allowance& allowance) {
  const Processors& mine = allowance.masks[static_cast<std::size_t>(allowance.node_rank)];
  const int neighbours = static_cast<int>(allowance.masks.size());
  int threads = 0;
  // Processors fall into groups that are open to the same ranks; each group is dealt out among those.
  std::vector<std::pair<std::vector<int>, int>> groups;
  for (const int processor : mine) {
    std::vector<int> sharers;
    for (int rank = 0; rank < neighbours; ++rank) {
      if (allowance.masks[static_cast<std::size_t>(rank)].contains(processor)) sharers.push_back(rank);
    }
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == sharers; });
    if (group == groups.end()) {
      groups.emplace_back(std::move(sharers), 1);
    } else {
      ++group->second;
    }
  }
  for (const auto& [sharers, count] : groups) {
    const auto at = std::find(sharers.begin(), sharers.end(), allowance.node_rank) - sharers.begin();
    threads += dealt(count, static_cast<int>(at), static_cast<int>(sharers.size()));
  }
  if (allowance.quota) threads = std::min(threads, static_cast<int>(*allowance.quota / neighbours));
  if (allowance.granted) threads = std::min(threads, *allowance.granted);
  if (allowance.openmp) threads = std::min(threads, *allowance.openmp);
  return std::max(1, threads);
}

Processors share_of_processors(const Processors& all, int node_rank, int node_size) {
  const int count = static_cast<int>(all.size());
  if (count < node_size) return all;
  int begin = 0;
  for (int rank = 0; rank < node_rank; ++rank) begin += dealt(count, rank, node_size);
  const auto first = std::next(all.begin(), begin);
  return {first, std::next(first, dealt(count, node_rank, node_size))};
}

}  // namespace rankwise::ranks
