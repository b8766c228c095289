#include "rankwise/storage/table_output.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "rankwise/base/checked.hpp"
#include "rankwise/storage/file_system.hpp"
#include "rankwise/storage/filled_file.hpp"
#include "rankwise/storage/hdf5_handle.hpp"
#include "rankwise/storage/hdf5_types.hpp"
#include "rankwise/storage/result_formats.hpp"

namespace rankwise::storage {
namespace {

namespace fs = std::filesystem;

/// What an HDF5 function returned. @throws IoError if that says that it failed
hid_t checked(hid_t result, const std::string& file) {
  if (result >= 0) return result;
  throw IoError(fmt::format("{} cannot be written: {}", file, hdf5_reason()));
}

void keep_order(const Hdf5Properties& properties, const std::string& file) {
  checked(H5Pset_link_creation_order(properties.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), file);
}

Hdf5Group group_of_table(hid_t file, const Destination& destination, bool make) {
  const std::string& shown = destination.file;
  const std::string path = group_path(destination.dataset);
  if (!make || path == "/") return Hdf5Group(checked(H5Gopen2(file, path.c_str(), H5P_DEFAULT), shown));
  const Hdf5Properties links(checked(H5Pcreate(H5P_LINK_CREATE), shown));
  const Hdf5Properties creation(checked(H5Pcreate(H5P_GROUP_CREATE), shown));
  checked(H5Pset_create_intermediate_group(links.get(), 1), shown);
  keep_order(creation, shown);
  return Hdf5Group(checked(H5Gcreate2(file, path.c_str(), links.get(), creation.get(), H5P_DEFAULT), shown));
}

/// How a link in `destination` names another file.
std::string seen_from(const Destination& destination, const std::string& other) {
  const fs::path whole = whole_path(other), folder = fs::path(whole_path(destination.file)).parent_path();
  return whole.parent_path() == folder ? whole.filename().string() : whole.string();
}

Hdf5Properties links_in_utf8(const std::string& shown) {
  Hdf5Properties links(checked(H5Pcreate(H5P_LINK_CREATE), shown));
  checked(H5Pset_char_encoding(links.get(), H5T_CSET_UTF8), shown);
  return links;
}

void link_column(hid_t group, const std::string& name, const Destination& destination, const ColumnPlace& place) {
  const std::string& shown = destination.file;
  const Hdf5Properties links = links_in_utf8(shown);
  checked(H5Lcreate_external(seen_from(destination, place.file).c_str(), place.dataset.c_str(), group, name.c_str(),
                             links.get(), H5P_DEFAULT),
          shown);
}

/// @pre there is room for it on the disk
std::uint64_t make_column(hid_t group, const std::string& name, ElementType type, std::uint64_t rows,
                          const std::string& shown) {
  const Hdf5Properties links = links_in_utf8(shown);
  const Hdf5Properties creation(checked(H5Pcreate(H5P_DATASET_CREATE), shown));
  checked(H5Pset_obj_track_times(creation.get(), false), shown);  // the same table is the same bytes
  checked(H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER), shown);
  checked(H5Pset_alloc_time(creation.get(), H5D_ALLOC_TIME_EARLY), shown);
  const hsize_t extent = rows;
  const Hdf5Space space(checked(H5Screate_simple(1, &extent, nullptr), shown));
  Hdf5Dataset dataset(
      checked(H5Dcreate2(group, name.c_str(), memory_type(type), space.get(), links.get(), creation.get(), H5P_DEFAULT),
              shown));
  const haddr_t offset = H5Dget_offset(dataset.get());
  if (!dataset.close()) checked(-1, shown);
  H5Eclear2(H5E_DEFAULT);
  return offset == HADDR_UNDEF ? 0 : offset;  // no rows, no place
}

constexpr std::uint64_t room_for_headers = std::uint64_t{1} << 20, room_for_a_column = 4096;

}  // namespace

std::vector<std::uint64_t> lay_out_table(const std::string& path, const Destination& destination,
                                         const TableShape& shape) {
  const std::string& shown = destination.file;
  std::uint64_t bytes = room_for_headers + (shape.columns.size() + shape.others.size()) * room_for_a_column;
  std::vector<std::string> names;
  for (const auto& column : shape.columns) {
    names.push_back(column.name);
    if (column.link) continue;
    bytes = checked_sum(bytes, checked_product(shape.rows, size_of(column.type), "a column"), "the table");
  }
  names = link_names(std::move(names));
  const Hdf5Lock lock;
  const FilledFile disk(path, shown);
  disk.reserve(room_for_headers);
  const Hdf5Properties creation(checked(H5Pcreate(H5P_FILE_CREATE), shown));
  keep_order(creation, shown);
  Hdf5File file(checked(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.get(), H5P_DEFAULT), shown));
  disk.reserve(bytes);
  std::vector<std::uint64_t> offsets;
  {
    const Hdf5Group group = group_of_table(file.get(), destination, true);
    auto other = shape.others.begin();
    const auto link_others = [&](std::size_t before) {
      for (; other != shape.others.end() && other->before <= before; ++other) {
        link_column(group.get(), other->name, destination, other->link);
      }
    };
    for (std::size_t i = 0; i < names.size(); ++i) {
      link_others(i);
      const TableShape::Column& column = shape.columns[i];
      if (column.link) link_column(group.get(), names[i], destination, *column.link);
      offsets.push_back(column.link ? 0 : make_column(group.get(), names[i], column.type, shape.rows, shown));
    }
    link_others(names.size());
  }
  if (!file.close()) checked(-1, shown);
  return offsets;
}

std::uint64_t add_column(const std::string& path, const Destination& destination, const std::string& dataset,
                         ElementType type, std::uint64_t rows) {
  const std::string& shown = destination.file;
  const Hdf5Lock lock;
  const FilledFile disk(path, shown);
  const std::uint64_t bytes = checked_product(rows, size_of(type), "a column");
  disk.reserve(checked_sum(fs::file_size(path) + room_for_headers, bytes, "the file"));
  Hdf5File file(checked(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), shown));
  const std::uint64_t offset = make_column(file.get(), dataset, type, rows, shown);
  if (!file.close()) checked(-1, shown);
  return offset;
}

void commit_table(TemporaryFile& file, const Destination& destination, const std::string& record) {
  if (format_of(destination) == OutputFormat::hdf5) {
    const Hdf5Lock lock;
    const std::string& shown = destination.file;
    const FilledFile disk(file.path(), shown);
    disk.reserve(fs::file_size(file.path()) + room_for_headers + record.size());
    Hdf5File opened(checked(H5Fopen(file.path().c_str(), H5F_ACC_RDWR, H5P_DEFAULT), shown));
    {
      const Hdf5Group group = group_of_table(opened.get(), destination, false);
      write_text_attribute(group.get(), "rankwise_run", record, shown);
    }
    if (!opened.close()) checked(-1, shown);
  }
  commit_result(file, destination, record);
}

}  // namespace rankwise::storage
