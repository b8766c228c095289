#include "rankwise/storage/text_column.hpp"

#include <fmt/format.h>

#include "rankwise/storage/hdf5_catalog.hpp"
#include "rankwise/storage/hdf5_handle.hpp"
#include "rankwise/storage/hdf5_links.hpp"
#include "rankwise/storage/hdf5_types.hpp"
#include "rankwise/storage/source.hpp"

namespace rankwise::storage {

std::vector<std::string> read_text_column(const ColumnPlace& place, std::uint64_t rows) {
  const Hdf5Lock lock;
  const Hdf5File file = open_hdf5_file(place.file);
  const Hdf5Dataset dataset = open_dataset(file.get(), place.dataset);
  if (dataset.valid()) {
    if (auto texts = texts_of_dataset(dataset.get(), rows)) return *std::move(texts);
  }
  throw InputError(fmt::format("{}:{} is no column of {} texts", place.file, place.dataset, rows));
}

std::optional<std::vector<std::string>> read_texts(const std::string& source) {
  const SourceName name = split_source(source);
  if (name.dataset.empty() || detect_format(name.file) != Format::hdf5) return std::nullopt;
  const Hdf5Lock lock;
  const Hdf5File file = open_hdf5_file(name.file);
  const std::string path = absolute_path(name.dataset);
  if (follow_link(file.get(), path).to != Hdf5Link::To::dataset) return std::nullopt;
  const Hdf5Entry entry = describe_dataset(file.get(), path);
  if (!entry.damage.empty() || entry.type || entry.extent.size() != 1) return std::nullopt;
  return texts_of_dataset(open_dataset(file.get(), path).get(), entry.extent[0]);
}

}  // namespace rankwise::storage
