#include "rankwise/storage/result_input.hpp"

#include <fmt/format.h>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/hdf5_catalog.hpp"
#include "rankwise/storage/hdf5_handle.hpp"
#include "rankwise/storage/hdf5_types.hpp"

namespace rankwise::storage {
namespace {

template <class T>
std::vector<T> values_of(hid_t dataset, std::uint64_t count, hid_t type, const std::string& shown_as) {
  std::vector<T> values(count);
  if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
    throw IoError(fmt::format("{} cannot be read: {}", shown_as, hdf5_reason()));
  }
  return values;
}

ResultTable::Values read_column(hid_t file, const Hdf5Entry& entry, const std::string& shown_as) {
  const Hdf5Dataset dataset(H5Dopen2(file, entry.path.c_str(), H5P_DEFAULT));
  const std::uint64_t count = entry.extent[0];
  if (!entry.type) {
    if (auto texts = texts_of_dataset(dataset.get(), count)) return *std::move(texts);
    throw InputError(fmt::format("{} holds {}", shown_as, entry.type_in_words));
  }
  // What a file claims costs nothing, our room for it does.
  if (count > entry.stored_bytes)
    throw InputError(fmt::format("{} claims {} elements, and does not have them", shown_as, count));
  if (is_floating(*entry.type)) return values_of<double>(dataset.get(), count, H5T_NATIVE_DOUBLE, shown_as);
  return values_of<std::int64_t>(dataset.get(), count, H5T_NATIVE_INT64, shown_as);
}

}  // namespace

// HDF5 1.10 crashes where it lists a damaged group of more than eight names (H5G__dense_iterate frees what it has not
// read); looking for one name ends in an error.
ResultTable read_result(const std::string& file, std::span<const std::string> names) {
  const Hdf5Lock lock;
  const Hdf5File opened = open_hdf5_file(file);
  ResultTable table;
  for (const std::string& name : names) {
    if (H5Lexists(opened.get(), name.c_str(), H5P_DEFAULT) <= 0) continue;
    const std::string shown_as = file + ":/" + name;
    const Hdf5Entry entry = describe_dataset(opened.get(), "/" + name);
    if (!entry.damage.empty()) throw InputError(fmt::format("{} cannot be read: {}", shown_as, entry.damage));
    if (entry.extent.size() != 1) continue;
    table.columns.push_back({.name = name, .values = read_column(opened.get(), entry, shown_as)});
  }
  return table;
}

}  // namespace rankwise::storage
