#include "rankwise/storage/text_column.hpp"

#include <fmt/format.h>

#include "rankwise/storage/hdf5_handle.hpp"
#include "rankwise/storage/hdf5_links.hpp"
#include "rankwise/storage/hdf5_types.hpp"

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

}  // namespace rankwise::storage
