#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/storage/chunk_filters.hpp"
#include "rankwise/storage/hdf5_handle.hpp"
#include "rankwise/storage/matrix.hpp"

// For the sources of this folder alone.
namespace rankwise::storage {

/// A dataset in chunks whose filters we undo ourselves: elements of a type of this machine, through shuffle, gzip and
/// fletcher32 alone. Dimensions are as stored, the slower one first; a 1-D dataset has one row of them.
struct ChunkLayout {
  std::uint64_t outer = 1;
  std::uint64_t inner = 1;
  std::uint64_t chunk_outer = 1;
  std::uint64_t chunk_inner = 1;
  bool one_dimensional = false;
  Contiguous contiguous = Contiguous::rows;
  ElementType type = ElementType::float64;
  std::vector<ChunkFilter> filters = {};

  void encode(ByteWriter& out) const;
  static ChunkLayout decode(ByteReader& in);
};

/// Nothing for a dataset that has to be read through HDF5. @pre the dataset's elements are those of `type`
std::optional<ChunkLayout> chunk_layout(hid_t dataset, ElementType type, Contiguous contiguous);

/// Takes chunks from the file as they are, one thread at a time, and undoes their filters in all threads.
/// @param whole reads regions with chunks that were never written, and says what is wrong with those not to be found
/// @param name `file:dataset`, for messages
std::unique_ptr<const MatrixReader> open_chunks(Hdf5Dataset dataset, const ChunkLayout& layout, std::string name,
                                                std::unique_ptr<const MatrixReader> whole);

}  // namespace rankwise::storage
