#include "rankwise/storage/hdf5_reader.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "rankwise/storage/hdf5_types.hpp"

namespace rankwise::storage {
namespace {

/// The type that a stored type is, byte for byte, in one of the two byte orders.
std::optional<Encoding> plain_encoding(hid_t type, ElementType element) {
  constexpr std::size_t types = 10;
  const std::array<hid_t, types> little{H5T_STD_I8LE,  H5T_STD_I16LE, H5T_STD_I32LE, H5T_STD_I64LE,  H5T_STD_U8LE,
                                        H5T_STD_U16LE, H5T_STD_U32LE, H5T_STD_U64LE, H5T_IEEE_F32LE, H5T_IEEE_F64LE};
  const std::array<hid_t, types> big{H5T_STD_I8BE,  H5T_STD_I16BE, H5T_STD_I32BE, H5T_STD_I64BE,  H5T_STD_U8BE,
                                     H5T_STD_U16BE, H5T_STD_U32BE, H5T_STD_U64BE, H5T_IEEE_F32BE, H5T_IEEE_F64BE};
  const auto index = static_cast<std::size_t>(element);
  if (H5Tequal(type, little.at(index)) > 0) return Encoding::native;
  if (H5Tequal(type, big.at(index)) > 0) return size_of(element) == 1 ? Encoding::native : Encoding::swapped;
  return std::nullopt;
}

std::optional<FlatLayout> flat_layout(hid_t file, const Hdf5Entry& entry) {
  const Hdf5Dataset dataset(H5Dopen2(file, entry.path.c_str(), H5P_DEFAULT));
  const Hdf5Properties properties(H5Dget_create_plist(dataset.get()));
  const Hdf5Type type(H5Dget_type(dataset.get()));
  if (H5Pget_layout(properties.get()) != H5D_CONTIGUOUS || H5Pget_external_count(properties.get()) != 0) return {};
  const auto encoding = plain_encoding(type.get(), *entry.type);
  const haddr_t offset = H5Dget_offset(dataset.get());
  H5Eclear2(H5E_DEFAULT);
  if (!encoding || offset == HADDR_UNDEF) return {};
  return FlatLayout{.offset = offset,
                    .rows = entry.rows(),
                    .columns = entry.columns(),
                    .contiguous = entry.contiguous(),
                    .type = *entry.type,
                    .encoding = *encoding};
}

std::optional<ChunkLayout> layout_in_chunks(hid_t file, const Hdf5Entry& entry) {
  const Hdf5Dataset dataset(H5Dopen2(file, entry.path.c_str(), H5P_DEFAULT));
  const Hdf5Type type(H5Dget_type(dataset.get()));
  if (plain_encoding(type.get(), *entry.type) != Encoding::native) return {};
  return chunk_layout(dataset.get(), *entry.type, entry.contiguous());
}

/// Reads through HDF5, one thread at a time.
class Hdf5Reader final : public MatrixReader {
 public:
  Hdf5Reader(std::string file_path, std::shared_ptr<const Hdf5File> file, Hdf5Place place)
      : file_path_(std::move(file_path)), file_(std::move(file)), place_(std::move(place)) {
    const Hdf5Lock lock;
    dataset_ = Hdf5Dataset(H5Dopen2(file_->get(), place_.path.c_str(), H5P_DEFAULT));
    if (!dataset_.valid())
      throw InputError(fmt::format("{}:{} cannot be opened: {}", file_path_, place_.path, hdf5_reason()));
  }
  ~Hdf5Reader() override {
    const Hdf5Lock lock;
    dataset_ = {};
    file_.reset();
  }

  void read(const Region& region, Tile& tile) const override {
    const auto bytes = tile.prepare(region, place_.type, place_.contiguous);
    if (bytes.empty()) return;
    std::array<hsize_t, 2> start{region.rows.begin, region.columns.begin};
    std::array<hsize_t, 2> count{region.rows.size(), region.columns.size()};
    if (place_.contiguous == Contiguous::columns && !place_.one_dimensional) {
      std::swap(start[0], start[1]);
      std::swap(count[0], count[1]);
    }
    const Hdf5Lock lock;
    const Hdf5Space in_file(H5Dget_space(dataset_.get()));
    const Hdf5Space in_memory(H5Screate_simple(place_.one_dimensional ? 1 : 2, count.data(), nullptr));
    if (H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) < 0 ||
        H5Dread(dataset_.get(), memory_type(place_.type), in_memory.get(), in_file.get(), H5P_DEFAULT, bytes.data()) <
            0) {
      throw InputError(
          fmt::format("{}:{} cannot be read: {}. The file may be damaged, or compressed with a filter "
                      "that this HDF5 does not have",
                      file_path_, place_.path, hdf5_reason()));
    }
  }

 private:
  std::string file_path_;
  std::shared_ptr<const Hdf5File> file_;
  Hdf5Place place_;
  Hdf5Dataset dataset_;
};

}  // namespace

void Hdf5Place::encode(ByteWriter& out) const {
  out.put_string(file);
  out.put_string(path);
  out.put(rows);
  out.put(columns);
  out.put(contiguous);
  out.put(type);
  out.put(one_dimensional);
  out.put(flat.has_value());
  if (flat) flat->encode(out);
  out.put(chunks.has_value());
  if (chunks) chunks->encode(out);
}

Hdf5Place Hdf5Place::decode(ByteReader& in) {
  Hdf5Place place;
  place.file = in.get_string();
  place.path = in.get_string();
  place.rows = in.get<std::uint64_t>();
  place.columns = in.get<std::uint64_t>();
  place.contiguous = in.get<Contiguous>();
  place.type = in.get<ElementType>();
  place.one_dimensional = in.get<bool>();
  if (in.get<bool>()) place.flat = FlatLayout::decode(in);
  if (in.get<bool>()) place.chunks = ChunkLayout::decode(in);
  return place;
}

Hdf5Place find_place(hid_t file, const Hdf5Entry& entry) {
  return {.file = "",
          .path = entry.path,
          .rows = entry.rows(),
          .columns = entry.columns(),
          .contiguous = entry.contiguous(),
          .type = *entry.type,
          .one_dimensional = entry.extent.size() == 1,
          .flat = flat_layout(file, entry),
          .chunks = layout_in_chunks(file, entry)};
}

Hdf5Readers::Hdf5Readers(const std::string& file_path)
    : path(file_path), flat{.file = std::make_shared<InputFile>(file_path)} {}

std::unique_ptr<const MatrixReader> Hdf5Readers::open(const Hdf5Place& place) {
  if (!place.file.empty() && place.file != path) {
    Hdf5Place there = place;
    there.file.clear();
    return others.try_emplace(place.file, place.file).first->second.open(there);
  }
  if (place.flat) return open_flat(flat, *place.flat);
  const Hdf5Lock lock;
  if (!file) file = std::make_shared<const Hdf5File>(open_hdf5_file(path));
  auto reader = std::make_unique<Hdf5Reader>(path, file, place);
  if (!place.chunks) return reader;
  Hdf5Dataset dataset(H5Dopen2(file->get(), place.path.c_str(), H5P_DEFAULT));
  return open_chunks(std::move(dataset), *place.chunks, path + ":" + place.path, std::move(reader));
}

}  // namespace rankwise::storage
