#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rankwise/storage/result_table.hpp"
#include "rankwise/storage/temporary_file.hpp"

namespace rankwise::storage {

/// Writes a float64 matrix as lines of text under a header, numbers with as many digits as they need to come back the
/// same; commas between them, or tabs in a .tsv. Its values are read row by row from a file that has nothing else.
/// @pre names.size() values in each row
/// @throws IoError
void write_matrix_text(TemporaryFile& file, const Destination& destination, const std::vector<std::string>& names,
                       std::uint64_t rows, const std::string& values_path);

}  // namespace rankwise::storage
