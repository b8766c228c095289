#pragma once

#include <string>
#include <vector>

#include "rankwise/base/finding.hpp"

namespace rankwise::storage {

/// Starts HDF5. To be called before MPI starts: else HDF5 tidies up while MPI ends, and crashes there if it has failed
/// to close a file.
void start_hdf5();

/// `1.10.8, parallel`
std::string hdf5_version();

/// What HDF5 offers here, and how the file system of `path` behaves (room, locks, rename).
std::vector<Finding> diagnose(const std::string& path);

}  // namespace rankwise::storage
