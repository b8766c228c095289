#pragma once

#include <optional>
#include <string>

#include "rankwise/storage/hdf5_table.hpp"

// For the sources of this folder alone.
namespace rankwise::storage {

/// The group as a pandas frame; nothing if pandas did not write it.
/// @throws InputError for pandas' table format, which is a compound, and for names that are neither texts nor numbers
std::optional<Hdf5Table> pandas_frame(hid_t file, const std::string& group);

}  // namespace rankwise::storage
