#include "rankwise/dense/large_pages.hpp"

#include <sys/mman.h>

#include <cstdint>

namespace rankwise::dense {

std::vector<double> room_in_large_pages(std::size_t size) {
  std::vector<double> room;
  room.reserve(size);
  constexpr std::uintptr_t page = std::uintptr_t{2} << 20;  // of x86-64 and, as a rule, ARM
  const auto begin = (reinterpret_cast<std::uintptr_t>(room.data()) + page - 1) / page * page;
  const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(room.data() + size) / page * page;
  // A system that has none leaves it at small ones.
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
  return room;
}

std::vector<double> zeros_in_large_pages(std::size_t size) {
  std::vector<double> zeros = room_in_large_pages(size);
  zeros.resize(size);
  return zeros;
}

}  // namespace rankwise::dense
