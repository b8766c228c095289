#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rankwise/storage/csv_inspection.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::storage {

/// What the user typed as SOURCE: FILE[:DATASET].
struct SourceName {
  std::string file;
  std::string dataset;  ///< empty where none was named
};

/// A name that exists as a file as it stands is that file, colons and all.
SourceName split_source(const std::string& source);

/// Which format a file has, from its first bytes and, for text, its name.
/// @throws InputError for what is known but not read (Parquet, old MATLAB, NetCDF-3, gzip), with a line that converts
/// it
Format detect_format(const std::string& path);

/// Looks at a source: what is in it, how it lies there. Everything that can be wrong with it before its elements are
/// read is found here.
/// @param how texts are scanned
/// @throws InputError, IoError
MatrixInfo inspect_matrix(const std::string& source, const CsvInspection& how = {});

/// All files that the elements are in. @return in a fixed order
std::vector<std::string> files_of(const MatrixInfo& info);

/// Opens what was inspected, perhaps on another rank.
/// @throws IoError if this rank does not see the file, or sees another one under its name
std::unique_ptr<const MatrixReader> open_matrix(const MatrixInfo& info);

/// The matrix with rows and columns exchanged: nothing moves, only names do.
MatrixInfo transposed(MatrixInfo info);
/// @param info of the exchanged matrix
std::unique_ptr<const MatrixReader> transposed(std::unique_ptr<const MatrixReader> reader, const MatrixInfo& info);

}  // namespace rankwise::storage
