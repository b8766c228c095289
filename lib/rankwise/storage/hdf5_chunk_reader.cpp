#include "rankwise/storage/hdf5_chunk_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "rankwise/base/checked.hpp"

namespace rankwise::storage {
namespace {

/// A chunk as it is in the file.
struct StoredChunk {
  std::vector<std::byte> bytes;
  std::uint32_t skipped_filters = 0;
};

/// What a thread reads chunks with.
struct ChunkRoom {
  StoredChunk stored;
  std::vector<std::byte> whole;
  ChunkDecoder decoder;
};

ChunkRoom& room_of_this_thread() {
  thread_local ChunkRoom room;
  return room;
}

class ChunkReader final : public MatrixReader {
 public:
  ChunkReader(Hdf5Dataset dataset, const ChunkLayout& layout, std::string name,
              std::unique_ptr<const MatrixReader> whole)
      : dataset_(std::move(dataset)), layout_(layout), name_(std::move(name)), whole_(std::move(whole)) {
    const Hdf5Lock lock;
    const Hdf5File file(H5Iget_file_id(dataset_.get()));
    if (H5Fget_filesize(file.get(), &file_bytes_) < 0) {
      throw InputError(fmt::format("{} cannot be read: {}", name_, hdf5_reason()));
    }
  }
  ~ChunkReader() override {
    const Hdf5Lock lock;
    dataset_ = {};
  }

  void read(const Region& region, Tile& tile) const override {
    const bool by_rows = layout_.contiguous == Contiguous::rows;
    const blocks::Range outer = by_rows ? region.rows : region.columns;
    const blocks::Range inner = by_rows ? region.columns : region.rows;
    const Target target{outer, inner, tile.prepare(region, layout_.type, layout_.contiguous).data()};
    if (region.elements() == 0) return;
    const auto first = [](std::uint64_t begin, std::uint64_t chunk) { return begin / chunk * chunk; };
    for (std::uint64_t o = first(outer.begin, layout_.chunk_outer); o < outer.end; o += layout_.chunk_outer) {
      for (std::uint64_t i = first(inner.begin, layout_.chunk_inner); i < inner.end; i += layout_.chunk_inner) {
        if (!read_chunk(o, i, target)) return whole_->read(region, tile);
      }
    }
  }

 private:
  struct Target {
    blocks::Range outer, inner;
    std::byte* data;
  };

  [[nodiscard]] std::size_t element_bytes() const { return size_of(layout_.type); }
  [[nodiscard]] std::size_t chunk_bytes() const {
    return checked_product(checked_product(layout_.chunk_outer, layout_.chunk_inner, "a chunk"), element_bytes(),
                           "a chunk");
  }

  /// What is wanted of the chunk that begins at (outer, inner). @return false if there is no such chunk
  bool read_chunk(std::uint64_t outer, std::uint64_t inner, const Target& target) const {
    ChunkRoom& room = room_of_this_thread();
    if (!fetch(outer, inner, room.stored)) return false;
    const blocks::Range rows = common({outer, outer + layout_.chunk_outer}, target.outer);
    const blocks::Range columns = common({inner, inner + layout_.chunk_inner}, target.inner);
    std::byte* to =
        target.data + ((rows.begin - target.outer.begin) * target.inner.size() + columns.begin - target.inner.begin) *
                          element_bytes();
    try {
      // A whole chunk that is as wide as what is wanted lies there as it does here.
      if (rows.size() == layout_.chunk_outer && target.inner.size() == layout_.chunk_inner &&
          columns.size() == layout_.chunk_inner) {
        room.decoder.decode(room.stored.bytes, layout_.filters, room.stored.skipped_filters, {to, chunk_bytes()});
        return true;
      }
      room.whole.resize(chunk_bytes());
      room.decoder.decode(room.stored.bytes, layout_.filters, room.stored.skipped_filters, room.whole);
    } catch (const InputError& error) {
      throw InputError(
          fmt::format("{} cannot be read: the chunk at ({}, {}) is damaged: {}", name_, outer, inner, error.what()));
    }
    for (std::uint64_t row = rows.begin; row < rows.end; ++row, to += target.inner.size() * element_bytes()) {
      const std::uint64_t from = (row - outer) * layout_.chunk_inner + columns.begin - inner;
      std::memcpy(to, room.whole.data() + from * element_bytes(), columns.size() * element_bytes());
    }
    return true;
  }

  bool fetch(std::uint64_t outer, std::uint64_t inner, StoredChunk& chunk) const {
    const std::array<hsize_t, 2> place{layout_.one_dimensional ? inner : outer, inner};
    const Hdf5Lock lock;
    hsize_t size = 0;
    // A chunk that is not there is size 0 for newer HDF5, a failure for older ones; so is one that cannot be found.
    if (H5Dget_chunk_storage_size(dataset_.get(), place.data(), &size) < 0 || size == 0) {
      H5Eclear2(H5E_DEFAULT);
      return false;
    }
    if (size > file_bytes_) {
      throw InputError(
          fmt::format("{} cannot be read: the chunk at ({}, {}) is said to have {} bytes, more than the file", name_,
                      outer, inner, size));
    }
    chunk.bytes.resize(checked_cast<std::size_t>(size, "a chunk"));
    if (H5Dread_chunk(dataset_.get(), H5P_DEFAULT, place.data(), &chunk.skipped_filters, chunk.bytes.data()) < 0) {
      refuse(outer, inner);
    }
    return true;
  }

  [[noreturn]] void refuse(std::uint64_t outer, std::uint64_t inner) const {
    throw InputError(fmt::format("{} cannot be read: the chunk at ({}, {}): {}. The file may be damaged", name_, outer,
                                 inner, hdf5_reason()));
  }

  static blocks::Range common(blocks::Range a, blocks::Range b) {
    return {std::max(a.begin, b.begin), std::min(a.end, b.end)};
  }

  Hdf5Dataset dataset_;
  hsize_t file_bytes_ = 0;
  ChunkLayout layout_;
  std::string name_;
  std::unique_ptr<const MatrixReader> whole_;
};

std::optional<ChunkFilter> known_filter(hid_t properties, unsigned index) {
  unsigned flags = 0;
  std::array<unsigned, 8> values{};
  std::size_t count = values.size();
  switch (H5Pget_filter2(properties, index, &flags, &count, values.data(), 0, nullptr, nullptr)) {
    case H5Z_FILTER_SHUFFLE:
      if (count == 0 || values[0] == 0) return std::nullopt;
      return ChunkFilter{ChunkFilter::Kind::shuffle, values[0]};
    case H5Z_FILTER_DEFLATE:
      return ChunkFilter{ChunkFilter::Kind::deflate};
    case H5Z_FILTER_FLETCHER32:
      return ChunkFilter{ChunkFilter::Kind::fletcher32};
    default:
      return std::nullopt;
  }
}

}  // namespace

void ChunkLayout::encode(ByteWriter& out) const {
  for (const std::uint64_t extent : {outer, inner, chunk_outer, chunk_inner}) out.put(extent);
  out.put(one_dimensional);
  out.put(contiguous);
  out.put(type);
  out.put(std::uint64_t{filters.size()});
  for (const ChunkFilter& filter : filters) {
    out.put(filter.kind);
    out.put(filter.element_bytes);
  }
}

ChunkLayout ChunkLayout::decode(ByteReader& in) {
  ChunkLayout layout;
  for (std::uint64_t* extent : {&layout.outer, &layout.inner, &layout.chunk_outer, &layout.chunk_inner}) {
    *extent = in.get<std::uint64_t>();
  }
  layout.one_dimensional = in.get<bool>();
  layout.contiguous = in.get<Contiguous>();
  layout.type = in.get<ElementType>();
  const auto filters = in.get<std::uint64_t>();
  for (std::uint64_t i = 0; i < filters; ++i) {
    const auto kind = in.get<ChunkFilter::Kind>();
    layout.filters.push_back({kind, in.get<std::uint32_t>()});
  }
  return layout;
}

std::optional<ChunkLayout> chunk_layout(hid_t dataset, ElementType type, Contiguous contiguous) {
  const Hdf5Properties properties(H5Dget_create_plist(dataset));
  if (H5Pget_layout(properties.get()) != H5D_CHUNKED) return std::nullopt;
  unsigned options = 0;
  // Chunks that reach over the edge may be without filters.
  if (H5Pget_chunk_opts(properties.get(), &options) < 0 || options != 0) return std::nullopt;
  const Hdf5Space space(H5Dget_space(dataset));
  std::array<hsize_t, 2> extent{1, 1}, chunk{1, 1};
  const int dimensions = H5Sget_simple_extent_ndims(space.get());
  if (dimensions < 1 || dimensions > 2) return std::nullopt;
  const bool one = dimensions == 1;
  if (H5Sget_simple_extent_dims(space.get(), &extent[one ? 1 : 0], nullptr) < 0 ||
      H5Pget_chunk(properties.get(), dimensions, &chunk[one ? 1 : 0]) < 0) {
    return std::nullopt;
  }
  ChunkLayout layout{.outer = extent[0],
                     .inner = extent[1],
                     .chunk_outer = chunk[0],
                     .chunk_inner = chunk[1],
                     .one_dimensional = one,
                     .contiguous = contiguous,
                     .type = type};
  const int filters = H5Pget_nfilters(properties.get());
  for (int i = 0; i < filters; ++i) {
    const auto filter = known_filter(properties.get(), static_cast<unsigned>(i));
    if (!filter) return std::nullopt;
    layout.filters.push_back(*filter);
  }
  return layout;
}

std::unique_ptr<const MatrixReader> open_chunks(Hdf5Dataset dataset, const ChunkLayout& layout, std::string name,
                                                std::unique_ptr<const MatrixReader> whole) {
  return std::make_unique<ChunkReader>(std::move(dataset), layout, std::move(name), std::move(whole));
}

}  // namespace rankwise::storage
