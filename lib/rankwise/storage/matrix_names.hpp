#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rankwise/storage/result_table.hpp"

namespace rankwise::storage {

/// Dimensions of a dataset as HDF5 numbers them.
struct Dimensions {
  bool first = false;
  bool second = false;
};

/// Names what lies along some dimensions of an HDF5 matrix that was laid out: a dataset of texts beside it, `x_names`
/// for `x`, is their dimension scale (HDF5's dimension scales specification, as NetCDF-4 has it), where `info`, h5py's
/// `dims` and xarray find them.
/// @pre as many names as each of these dimensions is long
/// @throws IoError
void name_dimensions(const std::string& path, const Destination& destination, const std::vector<std::string>& names,
                     Dimensions named);

/// The columns' names as the header of a CSV that is read as one again: x0, x1, ... where there are none, and with an x
/// in front where all of them are numbers.
std::vector<std::string> header_names(std::vector<std::string> names, std::uint64_t columns);

/// Each name once: a second `a` is `a.1`, as with pandas, or `a.2` if there is an `a.1`; one without a name has its
/// number.
std::vector<std::string> distinct(std::vector<std::string> names);

}  // namespace rankwise::storage
