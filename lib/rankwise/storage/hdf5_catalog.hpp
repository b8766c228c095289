#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rankwise/storage/element_type.hpp"
#include "rankwise/storage/hdf5_handle.hpp"
#include "rankwise/storage/matrix.hpp"

// For the sources of this folder alone.
namespace rankwise::storage {

/// One dataset of an HDF5 file, as its header describes it.
struct Hdf5Entry {
  std::string path = {};                   ///< `/group/x`
  std::string elsewhere = {};              ///< `t.h5:/x` for a link to another file: nothing else is known of it
  std::string damage = {};                 ///< why it cannot be read; empty where it can
  std::vector<std::uint64_t> extent = {};  ///< as stored; empty for a scalar
  std::optional<ElementType> type = {};    ///< in memory; nothing for what is no real number
  std::string type_in_words = {};
  bool holds_columns = false;    ///< the first stored dimension is the columns: rankwise_layout, or MATLAB's order
  bool dimension_scale = false;  ///< a coordinate of another dataset, as NetCDF-4 has them
  std::vector<std::uint64_t> chunk = {};  ///< as stored; empty for a dataset without chunks
  std::vector<std::string> filters = {};  ///< `gzip`, `shuffle`, ...
  std::uint64_t stored_bytes = 0;
  std::set<std::string> other_files = {};     ///< that its elements are in, as in files_behind
  std::vector<std::string> not_applied = {};  ///< attributes that would make other numbers of the stored ones

  /// Real numbers in one or two dimensions that can be read.
  [[nodiscard]] bool fits() const { return damage.empty() && type && (extent.size() == 1 || extent.size() == 2); }
  [[nodiscard]] std::uint64_t rows() const { return holds_columns && extent.size() == 2 ? extent[1] : extent[0]; }
  [[nodiscard]] std::uint64_t columns() const { return extent.size() < 2 ? 1 : holds_columns ? extent[0] : extent[1]; }
  [[nodiscard]] Contiguous contiguous() const {
    return holds_columns || extent.size() < 2 ? Contiguous::columns : Contiguous::rows;
  }
  [[nodiscard]] std::optional<ChunkShape> chunk_shape() const;
  /// `/x (30000 × 10000 float64)`
  [[nodiscard]] std::string in_words() const;
};

/// What cannot be opened comes as an entry with damage. @pre the path does not lead to another file
Hdf5Entry describe_dataset(hid_t file, const std::string& path);

/// All datasets of a group and of the groups in it, each once, what is damaged there, and links to other files.
std::vector<Hdf5Entry> list_datasets(hid_t file, const std::string& group);

/// The part of a path before its last `/`; `/` for what lies at the top.
std::string group_of(const std::string& path);
/// The part behind it.
std::string last_name(const std::string& path);

}  // namespace rankwise::storage
