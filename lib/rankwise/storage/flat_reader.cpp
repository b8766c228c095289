#include "rankwise/storage/flat_reader.hpp"

#include <bit>
#include <cstring>
#include <utility>

#include "rankwise/base/checked.hpp"

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
  FlatReader(std::shared_ptr<const InputFile> file, const FlatLayout& layout)
      : file_(std::move(file)), layout_(layout) {}

  void read(const Region& region, Tile& tile) const override {
    const auto room = tile.prepare(region, layout_.type, layout_.contiguous);
    const std::uint64_t size = layout_.stored_bytes_per_element();
    // Halves are read into the end of the room and widened from there.
    const auto bytes = room.last(static_cast<std::size_t>(region.elements() * size));
    const bool by_rows = layout_.contiguous == Contiguous::rows;
    const blocks::Range outer = by_rows ? region.rows : region.columns;
    const blocks::Range inner = by_rows ? region.columns : region.rows;
    const std::uint64_t length = by_rows ? layout_.columns : layout_.rows;
    if (inner.size() == length) {
      file_->read(layout_.offset + outer.begin * length * size, bytes);
    } else {
      const auto run = static_cast<std::size_t>(inner.size() * size);
      for (std::uint64_t i = 0; i < outer.size(); ++i) {
        file_->read(layout_.offset + ((outer.begin + i) * length + inner.begin) * size,
                    bytes.subspan(static_cast<std::size_t>(i) * run, run));
      }
    }
    if (layout_.encoding == Encoding::swapped || layout_.encoding == Encoding::half_swapped) {
      swap_bytes(bytes, static_cast<std::size_t>(size));
    }
    if (is_half(layout_.encoding)) widen_halves(room);
  }

 private:
  std::shared_ptr<const InputFile> file_;
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

std::unique_ptr<const MatrixReader> open_flat(std::shared_ptr<const InputFile> file, const FlatLayout& layout) {
  return std::make_unique<FlatReader>(std::move(file), layout);
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
