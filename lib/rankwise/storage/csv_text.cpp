#include "rankwise/storage/csv_text.hpp"

#include <algorithm>

#include "rankwise/base/checked.hpp"

namespace rankwise::storage {

std::span<const char> CsvText::bytes(const blocks::Range& place, Room& room) const {
  const auto size = checked_cast<std::size_t>(place.size(), "a block of lines");
  if (size > room.size_) {
    room.bytes_ = std::make_unique_for_overwrite<char[]>(size);
    room.size_ = size;
  }
  const std::span bytes(room.bytes_.get(), size);
  read(place.begin, bytes);
  return bytes;
}

void CsvText::announce(const blocks::Range& place) const {
  const std::uint64_t end = std::min(place.end, size());
  if (place.begin < end) file_.announce(place.begin, end - place.begin);
}

std::uint64_t CsvText::line_of(std::uint64_t offset) const {
  constexpr std::uint64_t piece = std::uint64_t{1} << 20;
  Room room;
  std::uint64_t line = 1;
  for (std::uint64_t at = 0; at < offset; at += piece) {
    const auto before = bytes({at, std::min(at + piece, offset)}, room);
    line += static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
  }
  return line;
}

}  // namespace rankwise::storage
