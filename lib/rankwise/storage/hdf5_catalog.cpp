#include "rankwise/storage/hdf5_catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "rankwise/base/checked.hpp"
#include "rankwise/storage/hdf5_conventions.hpp"
#include "rankwise/storage/hdf5_links.hpp"
#include "rankwise/storage/hdf5_sources.hpp"
#include "rankwise/storage/hdf5_types.hpp"

namespace rankwise::storage {
namespace {

std::string filter_name(hid_t properties, unsigned index) {
  unsigned flags = 0;
  std::size_t values = 0;
  std::array<char, 64> name{};
  const H5Z_filter_t id =
      H5Pget_filter2(properties, index, &flags, &values, nullptr, name.size(), name.data(), nullptr);
  switch (id) {
    case H5Z_FILTER_DEFLATE:
      return "gzip";
    case H5Z_FILTER_SHUFFLE:
      return "shuffle";
    case H5Z_FILTER_FLETCHER32:
      return "fletcher32";
    case H5Z_FILTER_SZIP:
      return "szip";
    case H5Z_FILTER_NBIT:
      return "nbit";
    case H5Z_FILTER_SCALEOFFSET:
      return "scaleoffset";
    default:
      break;
  }
  const std::string text = name[0] != '\0' ? name.data() : fmt::format("filter {}", id);
  return H5Zfilter_avail(id) > 0 ? text : text + " (not available here)";
}

/// How and where the elements are stored. @pre the entry has its extent
void describe_storage(hid_t dataset, Hdf5Entry& entry) {
  const Hdf5Properties properties(H5Dget_create_plist(dataset));
  entry.stored_bytes = H5Dget_storage_size(dataset);
  if (H5Pget_layout(properties.get()) == H5D_CHUNKED) {
    std::vector<hsize_t> chunk(entry.extent.size());
    H5Pget_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data());
    entry.chunk.assign(chunk.begin(), chunk.end());
    const int filters = H5Pget_nfilters(properties.get());
    for (unsigned i = 0; i < static_cast<unsigned>(std::max(filters, 0)); ++i) {
      entry.filters.push_back(filter_name(properties.get(), i));
    }
  }
  try {
    entry.other_files = files_behind(dataset);
    if (H5Pget_layout(properties.get()) != H5D_VIRTUAL) return;
    const Hdf5Type type(H5Dget_type(dataset));
    entry.stored_bytes = H5Tget_size(type.get());
    for (const auto n : entry.extent) entry.stored_bytes = checked_product(entry.stored_bytes, n, "the dataset");
  } catch (const Error& error) {
    entry.damage = error.what();
  }
}

/// @param seen what has been met: groups may contain each other
void add_datasets(hid_t file, const std::string& group, std::set<haddr_t>& seen, std::vector<Hdf5Entry>& entries) {
  for (const Hdf5Link& link : links_of_group(file, group)) {
    if (link.to == Hdf5Link::To::other_file) {
      entries.push_back({.path = link.path, .elsewhere = fmt::format("{}:{}", link.other_file, link.other_path)});
    }
    if (link.to == Hdf5Link::To::damage) entries.push_back(describe_dataset(file, link.path));
    if (link.soft || link.address == HADDR_UNDEF || !seen.insert(link.address).second) continue;
    if (link.to == Hdf5Link::To::dataset) entries.push_back(describe_dataset(file, link.path));
    if (link.to == Hdf5Link::To::group) add_datasets(file, link.path, seen, entries);
  }
}

}  // namespace

std::optional<ChunkShape> Hdf5Entry::chunk_shape() const {
  if (chunk.empty()) return std::nullopt;
  if (chunk.size() == 1) return ChunkShape{chunk[0], 1};
  return holds_columns ? ChunkShape{chunk[1], chunk[0]} : ChunkShape{chunk[0], chunk[1]};
}

std::string Hdf5Entry::in_words() const {
  if (!damage.empty()) return path + " (unreadable)";
  if (!elsewhere.empty()) return fmt::format("{} (in {})", path, elsewhere);
  std::string shape = "one ";
  if (extent.size() == 2) {
    shape = fmt::format("{} × {} ", rows(), columns());
  } else if (!extent.empty()) {
    shape = fmt::format("{} ", fmt::join(extent, " × "));
  }
  return fmt::format("{} ({}{})", path, shape, type_in_words);
}

std::string group_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string last_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

Hdf5Entry describe_dataset(hid_t file, const std::string& path) {
  const Hdf5Dataset dataset(H5Dopen2(file, path.c_str(), H5P_DEFAULT));
  if (!dataset.valid()) return {.path = path, .damage = hdf5_reason(), .type_in_words = "unreadable"};
  const Hdf5Type type(H5Dget_type(dataset.get()));
  const Hdf5Space space(H5Dget_space(dataset.get()));

  Hdf5Entry entry{.path = path};
  entry.type = element_type_of(type.get());
  entry.type_in_words = type_in_words(type.get());
  const int rank = H5Sget_simple_extent_ndims(space.get());
  std::vector<hsize_t> extent(static_cast<std::size_t>(std::max(rank, 0)));
  if (rank > 0) H5Sget_simple_extent_dims(space.get(), extent.data(), nullptr);
  entry.extent.assign(extent.begin(), extent.end());
  describe_storage(dataset.get(), entry);
  apply_conventions(dataset.get(), entry);
  H5Eclear2(H5E_DEFAULT);
  return entry;
}

std::vector<Hdf5Entry> list_datasets(hid_t file, const std::string& group) {
  std::vector<Hdf5Entry> entries;
  std::set<haddr_t> seen{follow_link(file, group).address};
  add_datasets(file, group, seen, entries);
  return entries;
}

}  // namespace rankwise::storage
