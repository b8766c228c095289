#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rankwise/base/bytes.hpp"

namespace rankwise::storage {

/// One dataset of a file, for people.
struct DatasetDescription {
  std::string dataset = {};               ///< its path in an HDF5 file; empty elsewhere
  std::vector<std::uint64_t> shape = {};  ///< rows × columns as every command sees them
  std::string type = {};
  std::string layout = {};  ///< `rows contiguous`, `chunks of 100 × 100 along rows`
  std::vector<std::string> filters = {};
  Bytes stored = {};
  bool fits = true;                     ///< commands can read it
  Bytes one_row = {};                   ///< what has to be read for one row ...
  Bytes one_column = {};                ///< ... and for one column
  std::string elsewhere = {};           ///< `t.h5:/x` where it is a link to another file, of which nothing else is said
  std::string damage = {};              ///< why it cannot be read; empty where it can
  std::string note = {};                ///< on how its values are to be taken
  std::vector<std::string> names = {};  ///< of the columns, where they have some
};

struct FileDescription {
  std::string file;
  std::string format;  ///< `HDF5`, `.npy`, `CSV with a header`, `3 files: float64`
  std::vector<DatasetDescription> datasets;
};

/// What is in a file, or in one group or dataset of it; the files of a pattern as the one matrix that they are.
/// @throws InputError, IoError
FileDescription describe(const std::string& source);

}  // namespace rankwise::storage
