#include "rankwise/storage/matrix.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/digest.hpp"

namespace rankwise::storage {

std::string MatrixInfo::name_of(std::uint64_t column) const {
  return names.empty() ? std::to_string(column) : names[column];
}

void MatrixInfo::encode(ByteWriter& out) const {
  out.put_string(source);
  out.put_string(file);
  out.put(std::uint64_t{other_files.size()});
  for (const auto& other : other_files) out.put_string(other);
  out.put_string(dataset);
  out.put(format);
  out.put(rows);
  out.put(columns);
  out.put(is_vector);
  out.put(contiguous);
  out.put(chunk.has_value());
  out.put(chunk.value_or(ChunkShape{}));
  out.put_vector(types);
  out.put(std::uint64_t{names.size()});
  for (const auto& name : names) out.put_string(name);
  out.put_string(description);
  out.put(stored.value);
  out.put_string(identity);
  out.put_string(content);
  out.put_vector(index);
}

MatrixInfo MatrixInfo::decode(ByteReader& in) {
  MatrixInfo info;
  info.source = in.get_string();
  info.file = in.get_string();
  const auto others = in.get<std::uint64_t>();
  for (std::uint64_t i = 0; i < others; ++i) info.other_files.push_back(in.get_string());
  info.dataset = in.get_string();
  info.format = in.get<Format>();
  info.rows = in.get<std::uint64_t>();
  info.columns = in.get<std::uint64_t>();
  info.is_vector = in.get<bool>();
  info.contiguous = in.get<Contiguous>();
  const bool chunked = in.get<bool>();
  const auto chunk = in.get<ChunkShape>();
  if (chunked) info.chunk = chunk;
  info.types = in.get_vector<ElementType>();
  const auto names = in.get<std::uint64_t>();
  for (std::uint64_t i = 0; i < names; ++i) info.names.push_back(in.get_string());
  info.description = in.get_string();
  info.stored = {in.get<std::uint64_t>()};
  info.identity = in.get_string();
  info.content = in.get_string();
  info.index = in.get_vector<std::byte>();
  const bool possible = info.format <= Format::concatenation && info.contiguous <= Contiguous::columns &&
                        (info.types.size() == 1 || (!info.types.empty() && info.types.size() == info.columns)) &&
                        std::all_of(info.types.begin(), info.types.end(), is_type) &&
                        (info.names.empty() || info.names.size() == info.columns) &&
                        (!info.chunk || (info.chunk->rows > 0 && info.chunk->columns > 0));
  if (!possible) throw InputError("this is no description of a matrix");
  return info;
}

std::string MatrixInfo::fingerprint() const {
  Digest digest;
  digest.add(identity);
  digest.add(dataset);
  digest.add(rows);
  digest.add(columns);
  digest.add(std::uint64_t{is_vector});
  digest.add(std::uint64_t{static_cast<std::uint8_t>(contiguous)});
  digest.add(chunk ? chunk->rows : 0);
  digest.add(chunk ? chunk->columns : 0);
  digest.add(std::uint64_t{types.size()});
  for (const ElementType type : types) digest.add(storage::name_of(type));
  return content.empty() ? digest.hex() : digest.hex() + " " + content;
}

std::uint64_t widest_of(const MatrixInfo& info) {
  std::uint64_t widest = 1;
  for (const auto type : info.types) widest = std::max<std::uint64_t>(widest, size_of(type));
  return widest;
}

Bytes room_to_read(const MatrixInfo& info, std::uint64_t elements) {
  const ChunkShape chunk = info.chunk.value_or(ChunkShape{.rows = 0, .columns = 0});
  constexpr std::uint64_t steps = 3;  // as stored, and before and after a filter
  const std::uint64_t on_the_way =
      checked_product(checked_product(chunk.rows, chunk.columns, "a chunk"), steps, "a chunk");
  return {checked_product(checked_sum(elements, on_the_way, "a block"), widest_of(info), "a block of the input")};
}

void Tile::describe(const Region& region, std::uint64_t stride, ElementType type, Contiguous contiguous) {
  type_ = type;
  contiguous_ = contiguous;
  rows_ = region.rows.size();
  columns_ = region.columns.size();
  stride_ = stride;
}

std::span<std::byte> Tile::prepare(const Region& region, ElementType type, Contiguous contiguous) {
  constexpr std::size_t alignment = 64;
  describe(region, contiguous == Contiguous::rows ? region.columns.size() : region.rows.size(), type, contiguous);
  const std::size_t bytes = checked_product(region.elements(), size_of(type), "a block of the input");
  if (room_.size() < bytes + alignment) room_.resize(bytes + alignment);
  void* aligned = room_.data();
  std::size_t space = room_.size();
  auto* room = static_cast<std::byte*>(std::align(alignment, bytes, aligned, space));
  data_ = room;
  return {room, bytes};
}

void Tile::view(const std::byte* data, std::uint64_t stride, const Region& region, ElementType type,
                Contiguous contiguous) {
  describe(region, stride, type, contiguous);
  data_ = data;
}

void Tile::widen() {
  if (type_ == ElementType::float64) return;
  const bool by_rows = contiguous_ == Contiguous::rows;
  const std::uint64_t runs = by_rows ? rows_ : columns_, length = by_rows ? columns_ : rows_;
  std::vector<double> values;
  values.reserve(runs * length);
  with_type(type_, [&](auto zero) {
    for (std::uint64_t i = 0; i < runs; ++i) {
      const auto* from = data<decltype(zero)>() + i * stride_;
      std::transform(from, from + length, std::back_inserter(values), [](auto v) { return static_cast<double>(v); });
    }
  });
  const auto to = prepare({{0, rows_}, {0, columns_}}, ElementType::float64, contiguous_);
  if (!to.empty()) std::memcpy(to.data(), values.data(), to.size());
}

void Tile::transpose() {
  std::swap(rows_, columns_);
  contiguous_ = contiguous_ == Contiguous::rows ? Contiguous::columns : Contiguous::rows;
}

void Tile::put_packed(ByteWriter& out) const {
  const bool by_rows = contiguous_ == Contiguous::rows;
  const std::uint64_t runs = by_rows ? rows_ : columns_, length = by_rows ? columns_ : rows_;
  const std::size_t size = size_of(type_);
  for (std::uint64_t i = 0; i < runs; ++i) out.put_span(std::span(data_ + i * stride_ * size, length * size));
}

}  // namespace rankwise::storage
