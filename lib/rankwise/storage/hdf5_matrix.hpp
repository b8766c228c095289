#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rankwise/storage/matrix.hpp"

namespace rankwise::storage {

/// A matrix or table of an HDF5 file: a 2-D or 1-D dataset of real numbers; a group of equally long 1-D datasets, whose
/// names are the columns'; a pandas frame (fixed format). NetCDF-4 and MATLAB 7.3 files are HDF5 files.
/// @param dataset where in the file; empty: the only thing there that fits
/// @throws InputError that lists what is there
MatrixInfo inspect_hdf5(const std::string& path, const std::string& dataset);

std::unique_ptr<const MatrixReader> open_hdf5(const MatrixInfo& info);

}  // namespace rankwise::storage
