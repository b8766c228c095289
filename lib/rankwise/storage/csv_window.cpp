#include "rankwise/storage/csv_window.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "rankwise/base/checked.hpp"

namespace rankwise::storage {

void CsvWindow::open(const blocks::Range& place) {
  unread_ = place;
  shown_ = 0;
}

bool CsvWindow::read_on(const char* begin) {
  if (unread_.empty()) return false;
  const std::size_t kept = shown_ == 0 ? 0 : static_cast<std::size_t>(bytes_.get() + shown_ - begin);
  // A record that is longer than a piece is not looked at once for each piece.
  const std::uint64_t more = std::min(std::max<std::uint64_t>(piece_.value, kept), unread_.size());
  const auto needed = checked_cast<std::size_t>(kept + more, "a block of lines");
  if (needed > room_) {
    auto larger = std::make_unique_for_overwrite<char[]>(needed);
    if (kept > 0) std::memcpy(larger.get(), begin, kept);
    bytes_ = std::move(larger);
    room_ = needed;
  } else if (kept > 0) {
    std::memmove(bytes_.get(), begin, kept);
  }
  shown_ = kept;
  text_.read(unread_.begin, std::span(bytes_.get() + kept, static_cast<std::size_t>(more)));
  shown_ += static_cast<std::size_t>(more);
  unread_.begin += more;
  return true;
}

}  // namespace rankwise::storage
