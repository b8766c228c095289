#include "rankwise/storage/matrix.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "rankwise/base/checked.hpp"

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
  out.put(contiguous);
  out.put(chunk.has_value());
  out.put(chunk.value_or(ChunkShape{}));
  out.put_vector(types);
  out.put(std::uint64_t{names.size()});
  for (const auto& name : names) out.put_string(name);
  out.put_string(description);
  out.put(stored.value);
  out.put_string(identity);
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
  info.index = in.get_vector<std::byte>();
  return info;
}

std::span<std::byte> Tile::prepare(const Region& region, ElementType type, Contiguous contiguous) {
  constexpr std::size_t alignment = 64;
  type_ = type;
  contiguous_ = contiguous;
  rows_ = region.rows.size();
  columns_ = region.columns.size();
  used_ = checked_product(region.elements(), size_of(type), "a block of the input");
  if (room_.size() < used_ + alignment) room_.resize(used_ + alignment);
  void* aligned = room_.data();
  std::size_t space = room_.size();
  data_ = static_cast<std::byte*>(std::align(alignment, used_, aligned, space));
  return {data_, used_};
}

void Tile::widen() {
  if (type_ == ElementType::float64) return;
  const std::uint64_t elements = rows_ * columns_;
  std::vector<double> values(elements);
  with_type(type_, [&](auto zero) {
    const auto* from = data<decltype(zero)>();
    std::transform(from, from + elements, values.begin(), [](auto value) { return static_cast<double>(value); });
  });
  const auto to = prepare({{0, rows_}, {0, columns_}}, ElementType::float64, contiguous_);
  if (!to.empty()) std::memcpy(to.data(), values.data(), to.size());
}

void Tile::transpose() {
  std::swap(rows_, columns_);
  contiguous_ = contiguous_ == Contiguous::rows ? Contiguous::columns : Contiguous::rows;
}

}  // namespace rankwise::storage
