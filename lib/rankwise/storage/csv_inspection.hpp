#pragma once

#include <memory>
#include <string>

#include "rankwise/base/bytes.hpp"
#include "rankwise/storage/csv_ranges.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::storage {

/// How a CSV is looked at; tests want many chunks and ranges out of a small file.
struct CsvInspection {
  Bytes chunk = mebibytes(4);  ///< what is read at once later; part of the result
  CsvRanges ranges = {};
  CsvScanner scanner = {};  ///< of texts of more than one range; nobody: the threads of `ranges`
};

/// inspect_csv in every detail.
MatrixInfo inspect_csv(const std::string& path, char separator, const CsvInspection& how);

/// open_csv, to read so much at a time, but whole lines.
std::unique_ptr<const MatrixReader> open_csv(const MatrixInfo& info, Bytes piece);

}  // namespace rankwise::storage
