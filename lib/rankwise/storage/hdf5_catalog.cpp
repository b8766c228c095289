#include "rankwise/storage/hdf5_catalog.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "rankwise/storage/hdf5_types.hpp"

namespace rankwise::storage {
namespace {

herr_t collect_path(hid_t, const char* name, const H5O_info_t* info, void* paths) {
  if (info->type == H5O_TYPE_DATASET && name[0] != '#') {  // MATLAB keeps its references under names with #
    static_cast<std::vector<std::string>*>(paths)->push_back(std::string("/") + name);
  }
  return 0;
}

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

bool holds_columns(hid_t dataset) {
  if (text_attribute(dataset, "rankwise_layout") == "columns") return true;
  return H5Aexists(dataset, "MATLAB_class") > 0;  // MATLAB writes its matrices column by column
}

bool is_dimension_scale(hid_t dataset) {
  return text_attribute(dataset, "CLASS") == "DIMENSION_SCALE";
}

}  // namespace

std::optional<ChunkShape> Hdf5Entry::chunk_shape() const {
  if (chunk.empty()) return std::nullopt;
  if (chunk.size() == 1) return ChunkShape{chunk[0], 1};
  return holds_columns ? ChunkShape{chunk[1], chunk[0]} : ChunkShape{chunk[0], chunk[1]};
}

std::string Hdf5Entry::in_words() const {
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

Hdf5Entry describe_dataset(hid_t file, const std::string& path) {
  const Hdf5Dataset dataset(H5Dopen2(file, path.c_str(), H5P_DEFAULT));
  if (!dataset.valid()) throw InputError(fmt::format("dataset {} cannot be opened: {}", path, hdf5_reason()));
  const Hdf5Type type(H5Dget_type(dataset.get()));
  const Hdf5Space space(H5Dget_space(dataset.get()));
  const Hdf5Properties properties(H5Dget_create_plist(dataset.get()));

  Hdf5Entry entry{.path = path};
  entry.type = element_type_of(type.get());
  entry.type_in_words = type_in_words(type.get());
  const int rank = H5Sget_simple_extent_ndims(space.get());
  std::vector<hsize_t> extent(static_cast<std::size_t>(std::max(rank, 0)));
  if (rank > 0) H5Sget_simple_extent_dims(space.get(), extent.data(), nullptr);
  entry.extent.assign(extent.begin(), extent.end());
  entry.holds_columns = holds_columns(dataset.get());
  entry.dimension_scale = is_dimension_scale(dataset.get());
  if (H5Pget_layout(properties.get()) == H5D_CHUNKED) {
    std::vector<hsize_t> chunk(extent.size());
    H5Pget_chunk(properties.get(), rank, chunk.data());
    entry.chunk.assign(chunk.begin(), chunk.end());
    const int filters = H5Pget_nfilters(properties.get());
    for (unsigned i = 0; i < static_cast<unsigned>(std::max(filters, 0)); ++i) {
      entry.filters.push_back(filter_name(properties.get(), i));
    }
  }
  entry.stored_bytes = H5Dget_storage_size(dataset.get());
  H5Eclear2(H5E_DEFAULT);
  return entry;
}

std::vector<Hdf5Entry> list_datasets(hid_t file) {
  std::vector<std::string> paths;
  if (H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, collect_path, &paths, H5O_INFO_BASIC) < 0) {
    throw InputError(fmt::format("the list of datasets cannot be read: {}", hdf5_reason()));
  }
  std::vector<Hdf5Entry> entries;
  entries.reserve(paths.size());
  for (const auto& path : paths) entries.push_back(describe_dataset(file, path));
  return entries;
}

}  // namespace rankwise::storage
