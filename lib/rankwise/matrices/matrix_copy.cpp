#include "rankwise/matrices/matrix_copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "rankwise/base/checked.hpp"
#include "rankwise/kernels/transpose.hpp"
#include "rankwise/matrices/tile_shape.hpp"
#include "rankwise/storage/concatenation.hpp"
#include "rankwise/storage/convert_elements.hpp"

namespace rankwise::matrices {
namespace {

using storage::ChunkShape;
using storage::Contiguous;
using storage::Tile;

/// The tile's elements without gaps, with the given dimension side by side.
void put_in_order(const Tile& tile, Contiguous order, std::byte* to) {
  const bool by_rows = order == Contiguous::rows;
  const std::uint64_t lines = by_rows ? tile.rows() : tile.columns(), length = by_rows ? tile.columns() : tile.rows();
  const std::uint64_t stride = tile.contiguous() == Contiguous::rows ? tile.row_stride() : tile.column_stride();
  if (tile.contiguous() == order) {
    const std::size_t size = storage::size_of(tile.type());
    for (std::uint64_t i = 0; i < lines; ++i) {
      std::memcpy(to + i * length * size, tile.data<std::byte>() + i * stride * size, length * size);
    }
    return;
  }
  storage::with_type(tile.type(), [&](auto zero) {
    using T = decltype(zero);
    kernels::transpose(tile.data<T>(), stride, lines, length, reinterpret_cast<T*>(to), length);
  });
}

}  // namespace

MatrixCopy::MatrixCopy(const engine::SharedMatrix& matrix) : matrix_(matrix) {
  const storage::MatrixInfo& info = matrix.info();
  const auto is_csv = [](const storage::MatrixInfo& part) { return part.format == storage::Format::csv; };
  from_text_ = is_csv(info);
  if (info.format != storage::Format::concatenation) return;
  const auto parts = storage::parts_of(info);
  from_text_ = std::any_of(parts.begin(), parts.end(), is_csv);
}

struct MatrixCopy::CopyScratch final : ElementMaker::Scratch {
  Tile tile;
  std::vector<std::byte> ordered, converted;
};

engine::Identity MatrixCopy::identity() const {
  return {.method = "convert", .version = 1, .input = matrix_.info().fingerprint(), .seed = 0, .options = ""};
}

ChunkShape MatrixCopy::tile(Contiguous written) const {
  const storage::MatrixInfo& info = matrix_.info();
  const std::array lies{
      Lie{.rows_together = info.contiguous == Contiguous::rows, .chunk = info.chunk.value_or(ChunkShape{})}};
  return tile_shape(info.rows, info.columns, lies, {.written = written});
}

std::unique_ptr<ElementMaker::Scratch> MatrixCopy::make_scratch() const {
  return std::make_unique<CopyScratch>();
}

void MatrixCopy::make(const storage::MatrixShape& shape, const storage::Region& region, Scratch* scratch,
                      std::span<std::byte> to) const {
  auto& room = static_cast<CopyScratch&>(*scratch);
  if (matrix_.info().types.size() > 1) return make_columns(shape, region, room, to);
  matrix_.reader().read(region, room.tile);
  const storage::ElementType type = room.tile.type();
  if (type == shape.type) {
    put_in_order(room.tile, shape.contiguous, to.data());
    if (storage::is_floating(type)) convert_elements(type, to.data(), type, to);  // one NaN
    return;
  }
  room.ordered.resize(region.elements() * storage::size_of(type));
  put_in_order(room.tile, shape.contiguous, room.ordered.data());
  if (from_text_ && !storage::is_floating(shape.type)) {
    need_exact({reinterpret_cast<const double*>(room.ordered.data()), region.elements()});
  }
  convert_region(type, room.ordered.data(), shape, region, to);
}

/// Numbers of a text come as float64, which rounds integers of 2^53 and more.
void MatrixCopy::need_exact(std::span<const double> values) const {
  const auto rounded = std::find_if(values.begin(), values.end(), [](double v) { return std::abs(v) >= 0x1p53; });
  if (rounded == values.end()) return;
  throw InputError(
      fmt::format("{} has integers of 2^53 and more, such as {:.0f} or one beside it: numbers of a CSV come "
                  "as float64, which does not tell them apart",
                  matrix_.info().source, *rounded));
}

/// Of several types: one by one, columns keep theirs.
void MatrixCopy::make_columns(const storage::MatrixShape& shape, const storage::Region& region, CopyScratch& room,
                              std::span<std::byte> to) const {
  const std::uint64_t size = storage::size_of(shape.type), rows = region.rows.size(), columns = region.columns.size();
  const bool by_rows = shape.contiguous == Contiguous::rows;
  for (std::uint64_t c = 0; c < columns; ++c) {
    const storage::Region column{region.rows, {region.columns.begin + c, region.columns.begin + c + 1}};
    matrix_.reader().read(column, room.tile);
    room.ordered.resize(rows * storage::size_of(room.tile.type()));
    put_in_order(room.tile, Contiguous::columns, room.ordered.data());
    room.converted.resize(rows * size);
    const auto converted = by_rows ? std::span(room.converted) : to.subspan(c * rows * size, rows * size);
    convert_region(room.tile.type(), room.ordered.data(), shape, column, converted);
    for (std::uint64_t r = 0; by_rows && r < rows; ++r) {
      std::memcpy(to.data() + (r * columns + c) * size, converted.data() + r * size, size);
    }
  }
}

Bytes MatrixCopy::bytes_needed(const ChunkShape& region) const {
  const storage::MatrixInfo& info = matrix_.info();
  if (info.types.size() > 1) {
    const std::uint64_t column = checked_product(region.rows, 3 * sizeof(double), "a column");
    return {checked_sum(column, storage::room_to_read(info, region.rows).value, "a column")};
  }
  const std::uint64_t elements = checked_product(region.rows, region.columns, "a tile");
  const std::uint64_t ordered = checked_product(elements, storage::widest_of(info), "a tile");
  if (matrix_.reader().shows_in_place()) return {ordered};
  return {checked_sum(ordered, storage::room_to_read(info, elements).value, "a tile")};
}

}  // namespace rankwise::matrices
