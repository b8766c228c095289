#pragma once

#include <string>
#include <vector>

#include "rankwise/storage/hdf5_catalog.hpp"

// For the sources of this folder alone.
namespace rankwise::storage {

/// The names of a dataset's columns, from its attribute `column_names` (or `columns`, `names`), or from the coordinate
/// that NetCDF attaches to its column dimension; empty where there are none.
std::vector<std::string> column_names(hid_t file, const Hdf5Entry& entry);

/// The texts or numbers of a dataset, as names. @return `count` names, or none: then it holds something else, or claims
/// another length and is not read
std::vector<std::string> values_as_names(hid_t dataset, std::uint64_t count);

}  // namespace rankwise::storage
