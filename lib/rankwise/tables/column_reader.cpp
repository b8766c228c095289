#include "rankwise/tables/column_reader.hpp"

#include "rankwise/base/checked.hpp"
#include "rankwise/storage/convert_elements.hpp"

namespace rankwise::tables {

using storage::ElementType;
using storage::Tile;

ColumnReader::ColumnReader(const engine::SharedMatrix& table, const std::vector<std::size_t>& columns)
    : table_(table), places_(table.info().columns) {
  const storage::MatrixInfo& info = table.info();
  // Where a row lies together, its columns come at once; where a column does, each comes alone, and in place.
  const bool together = info.contiguous == storage::Contiguous::rows;
  for (const std::size_t column : columns) {
    const bool goes_on =
        together && !runs_.empty() && runs_.back().end == column && info.type_of(column) == info.type_of(column - 1);
    if (!goes_on) runs_.push_back({column, column});
    blocks::Range& run = runs_.back();
    places_[column] = {.run = runs_.size() - 1, .column = column - run.begin};
    run.end = column + 1;
  }
}

void ColumnReader::read(blocks::Range rows, Scratch& scratch) const {
  scratch.tiles.resize(runs_.size());
  scratch.widened.resize(places_.size());
  for (auto& numbers : scratch.widened) numbers.clear();
  for (std::size_t r = 0; r < runs_.size(); ++r) table_.reader().read({rows, runs_[r]}, scratch.tiles[r]);
}

void ColumnReader::announce(blocks::Range rows) const {
  for (const blocks::Range& run : runs_) table_.reader().announce({rows, run});
}

expressions::LeafView ColumnReader::numbers(std::size_t column, Scratch& scratch) const {
  const Place& place = places_[column];
  const Tile& tile = scratch.tiles[place.run];
  const std::uint64_t first = place.column * tile.column_stride(), stride = tile.row_stride();
  if (tile.type() == ElementType::float64) return {tile.data<double>() + first, 0, stride};
  std::vector<double>& numbers = scratch.widened[column];
  if (numbers.empty()) {
    numbers.resize(tile.rows());
    storage::with_type(tile.type(), [&](auto zero) {
      const auto* from = tile.data<decltype(zero)>() + first;
      for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(from[i * stride]);
    });
  }
  return {numbers.data(), 0, 1};
}

void ColumnReader::copy(std::size_t column, const Scratch& scratch, const Selection& selection,
                        std::span<std::byte> to) const {
  const Place& place = places_[column];
  const Tile& tile = scratch.tiles[place.run];
  const std::uint64_t stride = tile.row_stride();
  storage::with_type(tile.type(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = tile.data<T>() + place.column * tile.column_stride();
    T* out = reinterpret_cast<T*>(to.data());
    if (selection) {
      for (const std::uint32_t row : *selection) *out++ = from[row * stride];
    } else {
      for (std::uint64_t row = 0; row < tile.rows(); ++row) out[row] = from[row * stride];
    }
  });
  if (storage::is_floating(tile.type())) storage::convert_elements(tile.type(), to.data(), tile.type(), to);  // one NaN
}

std::uint64_t ColumnReader::columns() const {
  std::uint64_t columns = 0;
  for (const blocks::Range& run : runs_) columns += run.size();
  return columns;
}

Bytes ColumnReader::bytes_needed(std::uint64_t rows) const {
  std::uint64_t bytes = 0;
  for (const blocks::Range& run : runs_) {
    const std::uint64_t elements = checked_product(rows, run.size(), "a block of rows");
    if (!table_.reader().shows_in_place()) {
      bytes = checked_sum(bytes, storage::room_to_read(table_.info(), elements).value, "a block of rows");
    }
    bytes = checked_sum(bytes, checked_product(elements, sizeof(double), "a block of rows"), "a block of rows");
  }
  return {bytes};
}

}  // namespace rankwise::tables
