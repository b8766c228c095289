#include "rankwise/storage/chunk_filters.hpp"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include "rankwise/base/bytes.hpp"
#include "rankwise/base/errors.hpp"

namespace rankwise::storage {
namespace {

/// Eight rows of eight bytes, transposed: quarters of 4 × 4 bytes change places, then of 2 × 2, then bytes.
void transpose(std::array<std::uint64_t, 8>& rows) {
  constexpr std::array<std::uint64_t, 3> masks{0x00000000FFFFFFFF, 0x0000FFFF0000FFFF, 0x00FF00FF00FF00FF};
  for (std::size_t stage = 0, distance = 4; distance > 0; ++stage, distance /= 2) {
    const auto shift = static_cast<unsigned>(8 * distance);
    for (std::size_t i = 0; i < 8; ++i) {
      if ((i & distance) != 0) continue;
      const std::uint64_t change = ((rows[i] >> shift) ^ rows[i + distance]) & masks[stage];
      rows[i + distance] ^= change;
      rows[i] ^= change << shift;
    }
  }
}

/// @return how many elements it did: all but the last few
std::size_t unshuffle_eights(const std::byte* from, std::size_t count, std::byte* to) {
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    std::array<std::uint64_t, 8> rows;
    for (std::size_t b = 0; b < 8; ++b) std::memcpy(&rows[b], from + b * count + i, 8);
    transpose(rows);
    std::memcpy(to + 8 * i, rows.data(), 64);
  }
  return i;
}

template <std::size_t Size>
std::size_t unshuffle_few(const std::byte* from, std::size_t count, std::byte* to) {
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t b = 0; b < Size; ++b) to[Size * i + b] = from[b * count + i];
  }
  return count;
}

std::uint32_t fold(std::uint32_t sum) {
  return (sum & 0xFFFF) + (sum >> 16);
}

/// As HDF5 before 1.6.3 wrote it on little-endian machines.
std::uint32_t swapped_in_pairs(std::uint32_t sum) {
  return (sum & 0x00FF00FF) << 8 | (sum >> 8 & 0x00FF00FF);
}

std::span<const std::byte> without_checksum(std::span<const std::byte> bytes) {
  constexpr std::size_t size = 4;
  if (bytes.size() < size) throw InputError("it is too short for its checksum");
  const auto data = bytes.first(bytes.size() - size);
  std::uint32_t stored = 0;
  for (std::size_t i = 0; i < size; ++i) stored |= static_cast<std::uint32_t>(bytes[data.size() + i]) << (8 * i);
  const std::uint32_t sum = fletcher32(data);
  if (stored != sum && stored != swapped_in_pairs(sum)) throw InputError("its checksum (fletcher32) does not agree");
  return data;
}

}  // namespace

void shuffle_bytes(std::span<const std::byte> elements, std::size_t element_bytes, std::byte* shuffled) {
  const std::size_t count = elements.size() / element_bytes;
  for (std::size_t b = 0; b < element_bytes; ++b) {
    for (std::size_t i = 0; i < count; ++i) shuffled[b * count + i] = elements[i * element_bytes + b];
  }
  const std::size_t whole = count * element_bytes;
  std::copy(elements.begin() + static_cast<std::ptrdiff_t>(whole), elements.end(), shuffled + whole);
}

void unshuffle_bytes(std::span<const std::byte> shuffled, std::size_t element_bytes, std::byte* elements) {
  const std::size_t count = shuffled.size() / element_bytes;
  const std::byte* from = shuffled.data();
  std::size_t done = 0;
  if (element_bytes == 8) done = unshuffle_eights(from, count, elements);
  if (element_bytes == 4) done = unshuffle_few<4>(from, count, elements);
  if (element_bytes == 2) done = unshuffle_few<2>(from, count, elements);
  for (std::size_t i = done; i < count; ++i) {
    for (std::size_t b = 0; b < element_bytes; ++b) elements[i * element_bytes + b] = from[b * count + i];
  }
  const std::size_t whole = count * element_bytes;
  std::copy(shuffled.begin() + static_cast<std::ptrdiff_t>(whole), shuffled.end(), elements + whole);
}

std::uint32_t fletcher32(std::span<const std::byte> bytes) {
  constexpr std::size_t most_words = 360;  // so many fit into 32 bits without a carry that is lost
  std::uint32_t sum1 = 0, sum2 = 0;
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), 2 * most_words));
    for (std::size_t i = 0; i < part.size(); i += 2) {
      const auto low = i + 1 < part.size() ? static_cast<std::uint32_t>(part[i + 1]) : 0;
      sum1 += static_cast<std::uint32_t>(part[i]) << 8 | low;
      sum2 += sum1;
    }
    sum1 = fold(sum1);
    sum2 = fold(sum2);
    bytes = bytes.subspan(part.size());
  }
  return fold(sum2) << 16 | fold(sum1);
}

ChunkDecoder::ChunkDecoder() : inflate_(libdeflate_alloc_decompressor(), libdeflate_free_decompressor) {
  if (!inflate_) throw std::bad_alloc();
}
ChunkDecoder::~ChunkDecoder() = default;

std::span<std::byte> ChunkDecoder::room(std::size_t bytes) {
  auto& room = rooms_[next_room_];
  next_room_ = 1 - next_room_;
  if (room.size() < bytes) room.resize(bytes);
  return std::span(room).first(bytes);
}

void ChunkDecoder::decode(std::span<const std::byte> stored, std::span<const ChunkFilter> filters,
                          std::uint32_t skipped, std::span<std::byte> chunk) {
  std::span<const std::byte> bytes = stored;
  const auto applied = [&](std::size_t i) { return (skipped >> i & 1) == 0; };
  std::size_t checksums = 0;
  for (std::size_t i = 0; i < filters.size(); ++i) {
    checksums += filters[i].kind == ChunkFilter::Kind::fletcher32 && applied(i) ? 4 : 0;
  }
  for (std::size_t i = filters.size(); i-- > 0;) {
    if (!applied(i)) continue;
    switch (filters[i].kind) {
      case ChunkFilter::Kind::fletcher32:
        bytes = without_checksum(bytes);
        break;
      case ChunkFilter::Kind::deflate: {
        const auto to = room(chunk.size() + checksums);
        std::size_t size = 0;
        if (libdeflate_zlib_decompress(inflate_.get(), bytes.data(), bytes.size(), to.data(), to.size(), &size) !=
            LIBDEFLATE_SUCCESS) {
          throw InputError("it cannot be inflated (gzip)");
        }
        bytes = to.first(size);
        break;
      }
      case ChunkFilter::Kind::shuffle: {
        const auto to = i == 0 && bytes.size() == chunk.size() ? chunk : room(bytes.size());
        unshuffle_bytes(bytes, filters[i].element_bytes, to.data());
        bytes = to;
        break;
      }
    }
  }
  if (bytes.size() != chunk.size()) {
    throw InputError(fmt::format("it has {}, not {}", format_bytes({bytes.size()}), format_bytes({chunk.size()})));
  }
  if (bytes.data() != chunk.data() && !chunk.empty()) std::memcpy(chunk.data(), bytes.data(), chunk.size());
}

}  // namespace rankwise::storage
