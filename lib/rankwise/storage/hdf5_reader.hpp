#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "rankwise/storage/flat_reader.hpp"
#include "rankwise/storage/hdf5_catalog.hpp"
#include "rankwise/storage/hdf5_chunk_reader.hpp"

// For the sources of this folder alone.
namespace rankwise::storage {

/// Where one dataset's elements are and how they are read: straight from the file where it is contiguous in a type of
/// this machine; chunk by chunk where we know its filters; through HDF5 elsewhere.
struct Hdf5Place {
  std::string file = {};  ///< another one than that of its matrix; empty: that one
  std::string path = {};
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
  Contiguous contiguous = Contiguous::rows;
  ElementType type = ElementType::float64;
  bool one_dimensional = false;
  std::optional<FlatLayout> flat = {};
  std::optional<ChunkLayout> chunks = {};

  void encode(ByteWriter& out) const;
  static Hdf5Place decode(ByteReader& in);
};

/// @pre the entry fits
Hdf5Place find_place(hid_t file, const Hdf5Entry& entry);

/// Readers of one file share its handles.
struct Hdf5Readers {
  explicit Hdf5Readers(const std::string& path);
  std::unique_ptr<const MatrixReader> open(const Hdf5Place& place);

  std::string path;
  FlatFile flat;
  std::shared_ptr<const Hdf5File> file;  // opened when first needed
  std::map<std::string, Hdf5Readers> others;
};

}  // namespace rankwise::storage
