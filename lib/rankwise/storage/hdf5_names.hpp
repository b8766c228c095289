#pragma once

#include <string>
#include <vector>

#include "rankwise/storage/hdf5_catalog.hpp"

// For the sources of this folder alone.
namespace rankwise::storage {

/// The names of a dataset's columns, from its attribute `column_names` (or `columns`, `names`), or from the coordinate
/// that NetCDF attaches to its column dimension; empty where there are none.
std::vector<std::string> column_names(hid_t file, const Hdf5Entry& entry);

}  // namespace rankwise::storage
