#pragma once

#include <memory>
#include <string>

#include "rankwise/storage/matrix.hpp"

namespace rankwise::storage {

/// Looks at the header of a .npy file, versions 1 to 3, C and Fortran order, 1-D and 2-D.
/// @throws InputError for what is damaged, cut short, pickled, or not of real numbers
MatrixInfo inspect_npy(const std::string& path);

std::unique_ptr<const MatrixReader> open_npy(const MatrixInfo& info);

}  // namespace rankwise::storage
