#pragma once

#include <string>
#include <vector>

#include "rankwise/storage/hdf5_catalog.hpp"

// For the sources of this folder alone.
namespace rankwise::storage {

/// What a dataset's attributes say beyond its header, by the conventions of the programs that write them: our own,
/// MATLAB's, pandas', NetCDF's.
void apply_conventions(hid_t dataset, Hdf5Entry& entry);

/// `raw values: scale_factor and _FillValue are not applied`; empty where there are no such attributes.
std::string raw_values_in_words(const std::vector<std::string>& not_applied);

}  // namespace rankwise::storage
