#include "rankwise/storage/hdf5_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rankwise/storage/hdf5_types.hpp"

namespace rankwise::storage {
namespace {

/// The first scale attached to a dimension, by HDF5's dimension scales specification: attribute DIMENSION_LIST holds a
/// list of references for each dimension.
Hdf5Dataset scale_of(hid_t dataset, std::size_t dimension, std::size_t dimensions) {
  if (H5Aexists(dataset, "DIMENSION_LIST") <= 0) return {};
  const Hdf5Attribute attribute(H5Aopen(dataset, "DIMENSION_LIST", H5P_DEFAULT));
  const Hdf5Type type(H5Aget_type(attribute.get()));
  const Hdf5Space space(H5Aget_space(attribute.get()));
  if (H5Tget_class(type.get()) != H5T_VLEN ||
      H5Sget_simple_extent_npoints(space.get()) != static_cast<hssize_t>(dimensions))
    return {};
  const Hdf5Type base(H5Tget_super(type.get()));
  if (H5Tequal(base.get(), H5T_STD_REF_OBJ) <= 0) return {};
  std::vector<hvl_t> lists(dimensions);
  if (H5Aread(attribute.get(), type.get(), lists.data()) < 0) return {};
  Hdf5Dataset scale;
  if (lists[dimension].len > 0) {
    scale = Hdf5Dataset(H5Rdereference2(dataset, H5P_DEFAULT, H5R_OBJECT, lists[dimension].p));
  }
  H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, lists.data());
  return scale;
}

/// Whether so many values can be in the file at all: its claims cost nothing, our room for them does.
bool can_hold(hid_t dataset, std::uint64_t count) {
  constexpr std::uint64_t most_per_byte = 1032;  // deflate's best, RFC 1951: 258 bytes in 2 bits
  const Hdf5File file(H5Iget_file_id(dataset));
  hsize_t file_bytes = 0;
  H5Fget_filesize(file.get(), &file_bytes);
  return count / most_per_byte <= std::min(H5Dget_storage_size(dataset), file_bytes);
}

}  // namespace

std::vector<std::string> values_as_names(hid_t dataset, std::uint64_t count) {
  // A dimension without a variable is stored as a dataset of no meaning.
  const auto name = text_attribute(dataset, "NAME");
  if (name && name->starts_with("This is a netCDF dimension but not a netCDF variable")) return {};
  if (!can_hold(dataset, count)) return {};
  if (auto texts = texts_of_dataset(dataset, count)) return *std::move(texts);
  const Hdf5Type type(H5Dget_type(dataset));
  const auto element = element_type_of(type.get());
  const Hdf5Space space(H5Dget_space(dataset));
  if (!element || !std::cmp_equal(H5Sget_simple_extent_npoints(space.get()), count)) return {};
  return with_type(*element, [&](auto zero) {
    std::vector<decltype(zero)> values(count);
    std::vector<std::string> names;
    if (H5Dread(dataset, memory_type(*element), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) return names;
    for (const auto value : values) names.push_back(fmt::format("{}", value));
    return names;
  });
}

std::vector<std::string> column_names(hid_t file, const Hdf5Entry& entry) {
  const Hdf5Dataset dataset(H5Dopen2(file, entry.path.c_str(), H5P_DEFAULT));
  for (const char* attribute : {"column_names", "columns", "names"}) {
    if (auto names = texts_of_attribute(dataset.get(), attribute, entry.columns())) return *std::move(names);
  }
  if (entry.extent.size() == 2) {
    const Hdf5Dataset scale = scale_of(dataset.get(), entry.holds_columns ? 0 : 1, 2);
    if (scale.valid()) return values_as_names(scale.get(), entry.columns());
  }
  H5Eclear2(H5E_DEFAULT);
  return {};
}

}  // namespace rankwise::storage
