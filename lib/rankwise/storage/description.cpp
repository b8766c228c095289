#include "rankwise/storage/description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "rankwise/base/checked.hpp"
#include "rankwise/storage/concatenation.hpp"
#include "rankwise/storage/hdf5_catalog.hpp"
#include "rankwise/storage/hdf5_conventions.hpp"
#include "rankwise/storage/hdf5_links.hpp"
#include "rankwise/storage/hdf5_names.hpp"
#include "rankwise/storage/source.hpp"

namespace rankwise::storage {
namespace {

constexpr std::uint64_t page = 4096;  // the least that a file system reads

std::string layout_in_words(Contiguous contiguous, std::optional<ChunkShape> chunk) {
  const char* along = contiguous == Contiguous::rows ? "rows" : "columns";
  if (!chunk) return fmt::format("{} contiguous", along);
  return fmt::format("chunks of {} × {} along {}", chunk->rows, chunk->columns, along);
}

/// What reading one row and one column takes: whole chunks, or whole pages for each run of elements.
void set_costs(DatasetDescription& d, Contiguous contiguous, std::optional<ChunkShape> chunk) {
  const std::uint64_t rows = d.shape[0], columns = d.shape.size() > 1 ? d.shape[1] : 1;
  if (rows == 0 || columns == 0) return;
  const double element =
      static_cast<double>(d.stored.value) / (static_cast<double>(rows) * static_cast<double>(columns));
  const auto bytes = [&](std::uint64_t elements) {
    return static_cast<std::uint64_t>(element * static_cast<double>(elements));
  };
  if (chunk) {
    const std::uint64_t each = chunk->rows * chunk->columns;
    d.one_row = {std::min(d.stored.value, bytes(each * divide_up(columns, chunk->columns)))};
    d.one_column = {std::min(d.stored.value, bytes(each * divide_up(rows, chunk->rows)))};
    return;
  }
  const auto across = [&](std::uint64_t runs) { return std::min(d.stored.value, runs * page); };
  const bool by_rows = contiguous == Contiguous::rows;
  d.one_row = {by_rows ? bytes(columns) : across(columns)};
  d.one_column = {by_rows ? across(rows) : bytes(rows)};
}

DatasetDescription describe_entry(hid_t file, const Hdf5Entry& entry) {
  DatasetDescription d{.dataset = entry.path, .shape = entry.extent, .type = entry.type_in_words};
  d.filters = entry.filters;
  d.stored = {entry.stored_bytes};
  d.fits = entry.fits();
  d.damage = entry.damage;
  d.note = raw_values_in_words(entry.not_applied);
  if (!entry.elsewhere.empty()) {
    d.elsewhere = entry.elsewhere;
    d.layout = "link";
    return d;
  }
  if (!d.fits) {
    d.layout = !entry.damage.empty() ? "-" : entry.chunk.empty() ? "contiguous" : "chunks";
    return d;
  }
  if (entry.extent.size() == 2) d.shape = {entry.rows(), entry.columns()};
  d.layout = layout_in_words(entry.contiguous(), entry.chunk_shape());
  d.names = column_names(file, entry);
  set_costs(d, entry.contiguous(), entry.chunk_shape());
  return d;
}

FileDescription describe_hdf5(const SourceName& name) {
  const Hdf5Lock lock;
  const Hdf5File file = open_hdf5_file(name.file);
  FileDescription description{.file = name.file, .format = "HDF5", .datasets = {}};
  const std::string wanted = absolute_path(name.dataset);
  const Hdf5Link link = follow_link(file.get(), wanted);
  std::vector<Hdf5Entry> entries;
  if (link.to == Hdf5Link::To::group) entries = list_datasets(file.get(), wanted);
  if (link.to == Hdf5Link::To::dataset || link.to == Hdf5Link::To::damage) {
    entries = {describe_dataset(file.get(), wanted)};
  }
  for (const auto& entry : entries) description.datasets.push_back(describe_entry(file.get(), entry));
  if (description.datasets.empty() && wanted != "/") {
    throw InputError(
        fmt::format("{} has no dataset {}; rankwise info {} lists what it has", name.file, wanted, name.file));
  }
  return description;
}

}  // namespace

FileDescription describe(const std::string& source) {
  const SourceName name = split_source(source);
  const bool is_pattern = !matching_files(name.file).empty();
  if (!is_pattern && detect_format(name.file) == Format::hdf5) return describe_hdf5(name);
  const MatrixInfo info =
      inspect_matrix(source, {.ranges = {.threads = static_cast<int>(std::thread::hardware_concurrency())}});
  DatasetDescription d{.dataset = info.dataset, .shape = {info.rows, info.columns}, .type = info.description};
  d.stored = info.stored;
  d.names = info.names;
  d.layout = layout_in_words(info.contiguous, info.chunk);
  set_costs(d, info.contiguous, info.chunk);
  FileDescription description{.file = name.file, .format = ".npy", .datasets = {}};
  if (info.format != Format::npy) {
    description.format = info.description;
    d.type = info.types.size() == 1 ? name_of(info.types[0]) : "several types";
    d.layout = is_pattern ? "files one below the other" : "text, row by row";
  }
  description.datasets.push_back(std::move(d));
  return description;
}

}  // namespace rankwise::storage
