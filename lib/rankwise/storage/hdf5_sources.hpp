#pragma once

#include <set>
#include <string>

#include "rankwise/storage/hdf5_handle.hpp"

// For the sources of this folder alone.
namespace rankwise::storage {

/// The other files that a dataset's elements are in: sources of a virtual dataset, and theirs; external storage. HDF5
/// itself reads fill values or zeros for what is missing there.
/// @throws InputError or IoError for what is missing or cut short
std::set<std::string> files_behind(hid_t dataset);

}  // namespace rankwise::storage
