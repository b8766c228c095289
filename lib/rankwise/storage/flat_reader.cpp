#include "rankwise/storage/flat_reader.hpp"

#include <bit>
#include <cstring>
#include <utility>

#include "rankwise/base/checked.hpp"
#include "rankwise/storage/mapped_file.hpp"

namespace rankwise::storage {
namespace {

bool is_half(Encoding encoding) {
  return encoding == Encoding::half || encoding == Encoding::half_swapped;
}

template <std::size_t Size>
void swap_bytes(std::span<std::byte> bytes) {
  for (std::size_t i = 0; i + Size <= bytes.size(); i += Size) {
    for (std::size_t a = i, b = i + Size - 1; a < b; ++a, --b) std::swap(bytes[a], bytes[b]);
  }
}

void swap_bytes(std::span<std::byte> bytes, std::size_t size) {
  if (size == 2) swap_bytes<2>(bytes);
  if (size == 4) swap_bytes<4>(bytes);
  if (size == 8) swap_bytes<8>(bytes);
}

/// The 2-byte elements at the end of `bytes` become 4-byte ones that fill it.
void widen_halves(std::span<std::byte> bytes) {
  const std::size_t count = bytes.size() / 4;
  const std::byte* from = bytes.data() + 2 * count;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, from + 2 * i, 2);
    const float value = half_to_float(half);
    std::memcpy(bytes.data() + 4 * i, &value, 4);
  }
}

class FlatReader final : public MatrixReader {
 public:
  FlatReader(FlatFile& file, const FlatLayout& layout) : file_(file.file), layout_(layout) {
    if (!can_be_viewed()) return;
    if (file.mapped == nullptr) file.mapped = MappedFile::map(file_);
    mapped_ = file.mapped;
  }

  void read(const Region& region, Tile& tile) const override {
    if (mapped_ != nullptr) return view(region, tile);
    const auto room = tile.prepare(region, layout_.type, layout_.contiguous);
    // Halves are read into the end of the room and widened from there.
    const auto bytes = room.last(static_cast<std::size_t>(region.elements() * size()));
    const auto [outer, inner] = ordered(region);
    if (lies_together(region)) {
      file_->read(offset_of(outer.begin, inner.begin), bytes);
    } else {
      const auto run = static_cast<std::size_t>(inner.size() * size());
      for (std::uint64_t i = 0; i < outer.size(); ++i) {
        file_->read(offset_of(outer.begin + i, inner.begin), bytes.subspan(static_cast<std::size_t>(i) * run, run));
      }
    }
    if (layout_.encoding == Encoding::swapped || layout_.encoding == Encoding::half_swapped) {
      swap_bytes(bytes, static_cast<std::size_t>(size()));
    }
    if (is_half(layout_.encoding)) widen_halves(room);
  }

  [[nodiscard]] bool shows_in_place() const override { return mapped_ != nullptr; }

  void announce(const Region& region) const override {
    if (!lies_together(region)) return;
    const auto [outer, inner] = ordered(region);
    const std::uint64_t offset = offset_of(outer.begin, inner.begin), bytes = region.elements() * size();
    if (mapped_ == nullptr) return file_->announce(offset, bytes);
    mapped_->expect_long_views();
    announce_view(mapped_, offset, bytes);
  }

 private:
  struct Ordered {
    blocks::Range outer, inner;
  };
  [[nodiscard]] bool by_rows() const { return layout_.contiguous == Contiguous::rows; }
  [[nodiscard]] Ordered ordered(const Region& region) const {
    return by_rows() ? Ordered{region.rows, region.columns} : Ordered{region.columns, region.rows};
  }
  [[nodiscard]] std::uint64_t run_length() const { return by_rows() ? layout_.columns : layout_.rows; }
  [[nodiscard]] std::uint64_t size() const { return layout_.stored_bytes_per_element(); }
  [[nodiscard]] std::uint64_t offset_of(std::uint64_t outer, std::uint64_t inner) const {
    return layout_.offset + (outer * run_length() + inner) * size();
  }
  [[nodiscard]] bool can_be_viewed() const {
    const std::uint64_t end = checked_sum(layout_.offset, layout_.bytes(file_->path()), file_->path());
    return layout_.encoding == Encoding::native && layout_.offset % size() == 0 && end <= file_->size();
  }
  [[nodiscard]] bool lies_together(const Region& region) const {
    const auto [outer, inner] = ordered(region);
    return inner.size() == run_length() || outer.size() == 1;
  }
  void view(const Region& region, Tile& tile) const {
    const auto [outer, inner] = ordered(region);
    if (lies_together(region)) mapped_->expect_long_views();
    note_view(mapped_);
    tile.view(mapped_->bytes().data() + offset_of(outer.begin, inner.begin), run_length(), region, layout_.type,
              layout_.contiguous);
  }

  std::shared_ptr<const InputFile> file_;
  std::shared_ptr<const MappedFile> mapped_;
  FlatLayout layout_;
};

}  // namespace

std::uint64_t FlatLayout::stored_bytes_per_element() const {
  return is_half(encoding) ? 2 : size_of(type);
}

std::uint64_t FlatLayout::bytes(std::string_view what) const {
  return checked_product(checked_product(rows, columns, what), stored_bytes_per_element(), what);
}

void FlatLayout::encode(ByteWriter& out) const {
  out.put(offset);
  out.put(rows);
  out.put(columns);
  out.put(contiguous);
  out.put(type);
  out.put(encoding);
}

FlatLayout FlatLayout::decode(ByteReader& in) {
  FlatLayout layout;
  layout.offset = in.get<std::uint64_t>();
  layout.rows = in.get<std::uint64_t>();
  layout.columns = in.get<std::uint64_t>();
  layout.contiguous = in.get<Contiguous>();
  layout.type = in.get<ElementType>();
  layout.encoding = in.get<Encoding>();
  return layout;
}

std::unique_ptr<const MatrixReader> open_flat(FlatFile& file, const FlatLayout& layout) {
  return std::make_unique<FlatReader>(file, layout);
}

float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1FU, mantissa = half & 0x3FFU;
  if (exponent == 0) {  // zero and denormals: mantissa · 2^-24
    const float magnitude = static_cast<float>(mantissa) * 0x1.0p-24F;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | sign);
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;  // infinities and NaN keep their kind
  return std::bit_cast<float>(sign | wide << 23 | mantissa << 13);
}

}  // namespace rankwise::storage
