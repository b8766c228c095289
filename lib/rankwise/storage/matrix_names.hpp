#pragma once

#include <string>
#include <vector>

#include "rankwise/storage/result_table.hpp"

namespace rankwise::storage {

/// Names the rows and columns of a square HDF5 dataset that was laid out: a dataset of texts beside it, `x_names` for
/// `x`, is the dimension scale of both its dimensions (HDF5's dimension scales specification, as NetCDF-4 has it),
/// where `info`, h5py's `dims` and xarray find them.
/// @pre one name for each column
/// @throws IoError
void name_rows_and_columns(const std::string& path, const Destination& destination,
                           const std::vector<std::string>& names);

}  // namespace rankwise::storage
