#include "rankwise/blocks/homecoming.hpp"

#include <cassert>
#include <utility>

namespace rankwise::blocks {

std::vector<std::vector<Transfer>> plan_homecoming(const SpanCut& cut, std::span<const int> owners) {
  assert(owners.size() == cut.count());
  std::vector<std::vector<Transfer>> levels;
  const Grid grid = cut.grid;
  if (owners.empty()) return levels;

  std::uint8_t level = cut.level;
  std::uint64_t per_lane = nodes_at(grid.steps, level);
  std::vector<int> owner(grid.lanes * per_lane);
  for (std::uint64_t i = 0; i < owner.size(); ++i) owner[i] = owners[i / cut.lanes_per_span];

  for (; per_lane > 1; ++level) {
    std::vector<Transfer> transfers;
    const std::uint64_t above = nodes_at(grid.steps, static_cast<std::uint8_t>(level + 1));
    std::vector<int> next(grid.lanes * above);
    for (std::uint64_t lane = 0; lane < grid.lanes; ++lane) {
      for (std::uint64_t i = 0; i < per_lane; ++i) {
        const int at = owner[lane * per_lane + i];
        if (i % 2 == 0) {
          next[lane * above + i / 2] = at;
        } else if (const int left = owner[lane * per_lane + i - 1]; left != at) {
          transfers.push_back({.node = {lane, i, level}, .from = at, .to = left});
        }
      }
    }
    levels.push_back(std::move(transfers));
    owner = std::move(next);
    per_lane = above;
  }

  std::vector<Transfer> home;
  for (std::uint64_t lane = 0; lane < grid.lanes; ++lane) {
    if (owner[lane] != 0) home.push_back({.node = {lane, 0, level}, .from = owner[lane], .to = 0});
  }
  levels.push_back(std::move(home));
  return levels;
}

}  // namespace rankwise::blocks
