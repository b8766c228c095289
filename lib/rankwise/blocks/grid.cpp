#include "rankwise/blocks/grid.hpp"

#include <algorithm>
#include <cassert>

#include "rankwise/base/checked.hpp"

namespace rankwise::blocks {

BlockCount Grid::count() const {
  return checked_product(lanes, steps, "the number of blocks");
}

Range share(std::uint64_t count, int rank, int size) {
  assert(0 <= rank && rank < size);
  const auto r = static_cast<std::uint64_t>(rank);
  const auto n = static_cast<std::uint64_t>(size);
  const std::uint64_t each = count / n;
  const std::uint64_t longer = count % n;  // the first `longer` ranks have one more
  const std::uint64_t begin = each * r + std::min(r, longer);
  return {begin, begin + each + (r < longer ? 1 : 0)};
}

Range piece(std::uint64_t count, std::uint64_t piece, std::uint64_t index) {
  const std::uint64_t begin = std::min(count, index * piece);
  return {begin, begin + std::min(piece, count - begin)};
}

}  // namespace rankwise::blocks
