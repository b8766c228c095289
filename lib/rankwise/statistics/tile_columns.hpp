#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "rankwise/base/bytes.hpp"
#include "rankwise/base/checked.hpp"
#include "rankwise/statistics/cut.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::statistics {

/// One `Of<T>` for each type that a tile's elements may have.
template <template <class> class Of>
using PerType = std::tuple<Of<double>, Of<float>, Of<std::int8_t>, Of<std::int16_t>, Of<std::int32_t>, Of<std::int64_t>,
                           Of<std::uint8_t>, Of<std::uint16_t>, Of<std::uint32_t>, Of<std::uint64_t>>;

/// Gives each column of a tile as values that lie side by side: where rows do, a few columns at a time are copied.
template <class T>
class TileColumns {
 public:
  /// Columns that are copied together: as many doubles as a cache line has.
  static constexpr std::uint64_t at_a_time = 8;

  /// Calls act(column, values) for each column; the values are there until the next call.
  template <class Act>
  void each(const storage::Tile& tile, Act act) {
    const auto rows = static_cast<std::size_t>(tile.rows());
    for (std::uint64_t first = 0; first < tile.columns(); first += at_a_time) {
      const std::uint64_t width = std::min(at_a_time, tile.columns() - first);
      const T* values = tile.data<T>() + first * tile.column_stride();
      std::size_t stride = tile.column_stride();
      if (tile.row_stride() != 1) {
        copy(values, tile, width);
        values = panel_.data();
        stride = rows;
      }
      for (std::size_t c = 0; c < width; ++c) act(first + c, std::span<const T>(values + c * stride, rows));
    }
  }

 private:
  void copy(const T* from, const storage::Tile& tile, std::size_t width) {
    const std::size_t rows = tile.rows(), row_stride = tile.row_stride(), column_stride = tile.column_stride();
    panel_.resize(std::max(panel_.size(), width * rows));
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < width; ++c) panel_[c * rows + r] = from[r * row_stride + c * column_stride];
    }
  }

  std::vector<T> panel_;
};

/// What one running block takes: its values, copies of some columns where rows lie together, and those values of a
/// column that a search keeps.
inline Bytes bytes_at_hand(const storage::MatrixInfo& info, std::uint64_t columns, std::uint64_t rows) {
  const char* what = "a block of the input";
  const bool copies = info.contiguous == storage::Contiguous::rows;
  const std::uint64_t beside = 1 + (copies ? std::min(columns, TileColumns<double>::at_a_time) : 0);
  const std::uint64_t copied = checked_product(checked_product(beside, rows, what), storage::widest_of(info), what);
  return {checked_sum(storage::room_to_read(info, checked_product(columns, rows, what)).value, copied, what)};
}

}  // namespace rankwise::statistics
