#pragma once

#include <span>
#include <string>

#include "rankwise/storage/result_table.hpp"

namespace rankwise::storage {

/// Reads what write_result wrote to an HDF5 file: those of these datasets that its root has and that have one
/// dimension, as texts, integers of 64 bits or float64. They may differ in length.
/// @throws InputError, IoError
ResultTable read_result(const std::string& file, std::span<const std::string> names);

}  // namespace rankwise::storage
