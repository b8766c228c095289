#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/storage/csv_text.hpp"

namespace rankwise::storage {

/// A piece of a text in memory, so that it can be small enough to stay in the processor's cache between
/// being read and being parsed.
class CsvWindow {
 public:
  /// @param piece how much is read at a time, at least
  CsvWindow(const CsvText& text, Bytes piece) : text_(text), piece_(piece) {}

  /// From now on it shows this place, as yet nothing of it.
  void open(const blocks::Range& place);
  /// Lets go of what is before `begin` and reads more of the place. @return false if there is no more, and nothing done
  /// @throws IoError
  bool read_on(const char* begin);

  [[nodiscard]] std::string_view shown() const { return {bytes_.get(), shown_}; }
  /// Where a byte of shown() is in the text.
  [[nodiscard]] std::uint64_t offset_of(const char* at) const {
    return unread_.begin - static_cast<std::uint64_t>(bytes_.get() + shown_ - at);
  }

 private:
  const CsvText& text_;
  Bytes piece_;
  blocks::Range unread_;
  std::unique_ptr<char[]> bytes_;
  std::size_t room_ = 0;
  std::size_t shown_ = 0;
};

}  // namespace rankwise::storage
