#pragma once

#include <optional>
#include <set>
#include <string>

#include "rankwise/storage/hdf5_handle.hpp"

// For the sources of this folder alone.
namespace rankwise::storage {

/// The other files that a dataset's elements are in: sources of a virtual dataset, and theirs; external storage. HDF5
/// itself reads fill values or zeros for what is missing there.
/// @throws InputError or IoError for what is missing or cut short
std::set<std::string> files_behind(hid_t dataset);

/// Finds a file that another one names, as HDF5 does (H5F_prefix_open_file): an absolute name as it stands, else its
/// last part; in the folders that an environment variable tells; beside the file; here; beside the file behind a
/// symbolic link.
/// @param variable HDF5_VDS_PREFIX for sources of virtual datasets, HDF5_EXT_PREFIX for links
std::optional<std::string> find_other_file(const std::string& other, const std::string& file, const char* variable);

}  // namespace rankwise::storage
