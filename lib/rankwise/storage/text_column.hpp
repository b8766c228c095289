#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rankwise/storage/table_output.hpp"

namespace rankwise::storage {

/// A column of an HDF5 table that is text, such as one of columns_without_numbers.
/// @throws InputError if it is no text, or has not so many rows; IoError
std::vector<std::string> read_text_column(const ColumnPlace& place, std::uint64_t rows);

/// The texts of a dataset of one dimension in an HDF5 file; nothing if the source is anything else, or damaged.
std::optional<std::vector<std::string>> read_texts(const std::string& source);

}  // namespace rankwise::storage
