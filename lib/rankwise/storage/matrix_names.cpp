#include "rankwise/storage/matrix_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <unordered_set>

#include "rankwise/base/utf8.hpp"
#include "rankwise/storage/csv_fields.hpp"
#include "rankwise/storage/filled_file.hpp"
#include "rankwise/storage/hdf5_handle.hpp"
#include "rankwise/storage/result_formats.hpp"

namespace rankwise::storage {
namespace {

/// What an HDF5 function returned. @throws IoError if that says that it failed
hid_t checked(hid_t result, const std::string& file) {
  if (result >= 0) return result;
  throw IoError(fmt::format("{} cannot be written: HDF5 fails at the names: {}", file, hdf5_reason()));
}

/// Text of fixed length, which the specification asks for.
void write_text(hid_t object, const char* name, const std::string& text, const std::string& file) {
  const Hdf5Type type(checked(H5Tcopy(H5T_C_S1), file));
  checked(H5Tset_size(type.get(), text.size() + 1), file);
  const Hdf5Space space(checked(H5Screate(H5S_SCALAR), file));
  const Hdf5Attribute attribute(
      checked(H5Acreate2(object, name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), file));
  checked(H5Awrite(attribute.get(), type.get(), text.c_str()), file);
}

Hdf5Dataset write_names(hid_t parent, const std::string& path, const std::vector<std::string>& names,
                        const std::string& file) {
  const Hdf5Type type(checked(H5Tcopy(H5T_C_S1), file));
  checked(H5Tset_size(type.get(), H5T_VARIABLE), file);
  checked(H5Tset_cset(type.get(), H5T_CSET_UTF8), file);
  const hsize_t count = names.size();
  const Hdf5Space space(checked(H5Screate_simple(1, &count, nullptr), file));
  const Hdf5Properties creation(checked(H5Pcreate(H5P_DATASET_CREATE), file));
  checked(H5Pset_obj_track_times(creation.get(), false), file);  // the same result is the same bytes
  Hdf5Dataset scale(checked(
      H5Dcreate2(parent, path.c_str(), type.get(), space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT), file));
  std::vector<std::string> texts;
  std::vector<const char*> pointers;
  for (const auto& name : names) texts.push_back(valid_utf8(name));
  for (const auto& text : texts) pointers.push_back(text.c_str());
  checked(H5Dwrite(scale.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), file);
  write_text(scale.get(), "CLASS", "DIMENSION_SCALE", file);
  write_text(scale.get(), "NAME", "names", file);
  return scale;
}

/// DIMENSION_LIST: for each dimension a list of references to its scales.
void attach(hid_t dataset, hid_t file_id, const std::string& scale_path, Dimensions named, const std::string& file) {
  hobj_ref_t reference = 0;
  checked(H5Rcreate(&reference, file_id, scale_path.c_str(), H5R_OBJECT, -1), file);
  const Hdf5Type list(checked(H5Tvlen_create(H5T_STD_REF_OBJ), file));
  std::array<hvl_t, 2> lists{};
  if (named.first) lists[0] = {.len = 1, .p = &reference};
  if (named.second) lists[1] = {.len = 1, .p = &reference};
  const hsize_t count = lists.size();
  const Hdf5Space space(checked(H5Screate_simple(1, &count, nullptr), file));
  const Hdf5Attribute attribute(
      checked(H5Acreate2(dataset, "DIMENSION_LIST", list.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), file));
  checked(H5Awrite(attribute.get(), list.get(), lists.data()), file);
}

/// REFERENCE_LIST: which datasets, and which of their dimensions, a scale is attached to.
void list_dimensions_of(hid_t scale, hid_t file_id, const std::string& dataset_path, Dimensions named,
                        const std::string& file) {
  struct Entry {
    hobj_ref_t dataset;
    int dimension;
  };
  std::vector<Entry> entries;
  for (int d = 0; d < 2; ++d) {
    if (d == 0 ? !named.first : !named.second) continue;
    entries.push_back({.dataset = 0, .dimension = d});
    checked(H5Rcreate(&entries.back().dataset, file_id, dataset_path.c_str(), H5R_OBJECT, -1), file);
  }
  const Hdf5Type type(checked(H5Tcreate(H5T_COMPOUND, sizeof(Entry)), file));
  checked(H5Tinsert(type.get(), "dataset", HOFFSET(Entry, dataset), H5T_STD_REF_OBJ), file);
  checked(H5Tinsert(type.get(), "dimension", HOFFSET(Entry, dimension), H5T_NATIVE_INT), file);
  const hsize_t count = entries.size();
  const Hdf5Space space(checked(H5Screate_simple(1, &count, nullptr), file));
  const Hdf5Attribute attribute(
      checked(H5Acreate2(scale, "REFERENCE_LIST", type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), file));
  checked(H5Awrite(attribute.get(), type.get(), entries.data()), file);
}

}  // namespace

void name_dimensions(const std::string& path, const Destination& destination, const std::vector<std::string>& names,
                     Dimensions named) {
  const Hdf5Lock lock;
  const std::string& shown_as = destination.file;
  std::uint64_t bytes = 0;
  constexpr std::uint64_t each = 64;  // a reference, and the heap's own
  for (const auto& name : names) bytes += 4 * name.size() + each;
  const FilledFile disk(path, shown_as);
  constexpr std::uint64_t headers = std::uint64_t{1} << 20;  // HDF5 1.10 must not meet a full disk
  disk.reserve(std::filesystem::file_size(path) + headers + bytes);

  const std::string dataset_path = path_of_dataset(destination), scale_path = dataset_path + "_names";
  Hdf5File file(checked(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), shown_as));
  Hdf5Dataset dataset(checked(H5Dopen2(file.get(), dataset_path.c_str(), H5P_DEFAULT), shown_as));
  Hdf5Dataset scale = write_names(file.get(), scale_path, names, shown_as);
  attach(dataset.get(), file.get(), scale_path, named, shown_as);
  list_dimensions_of(scale.get(), file.get(), dataset_path, named, shown_as);
  const bool closed = scale.close() && dataset.close();
  if (!file.close() || !closed) checked(-1, shown_as);
}

std::vector<std::string> distinct(std::vector<std::string> names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) names[i] = std::to_string(i);
  }
  std::unordered_set<std::string> taken(names.begin(), names.end()), seen;
  std::map<std::string, std::size_t> copies;
  for (auto& name : names) {
    if (seen.insert(name).second) continue;
    std::string other;
    do {
      other = fmt::format("{}.{}", name, ++copies[name]);
    } while (!taken.insert(other).second);
    name = other;
  }
  return names;
}

std::vector<std::string> header_names(std::vector<std::string> names, std::uint64_t columns) {
  for (std::uint64_t c = names.size(); c < columns; ++c) names.push_back(fmt::format("x{}", c));
  const auto is_number = [](const std::string& name) { return parse_value(name).has_value(); };
  if (std::all_of(names.begin(), names.end(), is_number)) {
    for (std::string& name : names) name.insert(0, "x");
  }
  return names;
}

}  // namespace rankwise::storage
