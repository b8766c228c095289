#pragma once

#include <memory>
#include <string>

#include "rankwise/storage/matrix.hpp"

namespace rankwise::storage {

/// Looks at a CSV (or TSV) file once from beginning to end: its header, how many rows and columns, where every so many
/// rows begin. Values are float64; see csv.cpp for what counts as missing.
/// @param separator ',' or '\t'
/// @throws InputError for an empty or ragged file or an unclosed quote, with line and column
MatrixInfo inspect_csv(const std::string& path, char separator);

/// Whether this can be what inspect_csv found, where it comes from elsewhere.
/// @throws InputError
void check_csv(const MatrixInfo& info);

/// @throws IoError if the file cannot be opened
std::unique_ptr<const MatrixReader> open_csv(const MatrixInfo& info);

}  // namespace rankwise::storage
