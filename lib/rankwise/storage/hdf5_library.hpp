#pragma once

#include <string>
#include <vector>

#include "rankwise/base/finding.hpp"

namespace rankwise::storage {

/// `1.10.8, parallel`
std::string hdf5_version();

/// What HDF5 offers here, and how the file system of `path` behaves (room, locks, rename).
std::vector<Finding> diagnose(const std::string& path);

}  // namespace rankwise::storage
