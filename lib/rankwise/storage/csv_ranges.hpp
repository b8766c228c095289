#pragma once

#include <cstdint>
#include <optional>

#include "rankwise/base/bytes.hpp"
#include "rankwise/storage/csv_index.hpp"
#include "rankwise/storage/csv_scan.hpp"
#include "rankwise/storage/csv_text.hpp"

namespace rankwise::storage {

/// How a text is shared among threads. No result depends on it.
struct CsvRanges {
  Bytes range = mebibytes(4);    ///< what one thread scans at a time
  Bytes places = kibibytes(64);  ///< a scan notes where records begin so far apart, to find others from there
  int threads = 1;
};

struct CsvRows {
  std::uint64_t rows = 0;
  CsvChunks chunks;
};

/// Scans a text from where its rows begin to its end in several threads, each range of it in one, and finds what one
/// scan over all of it finds.
/// @return nothing if the text holds a NUL byte, ragged rows or an open quote: one scan over all of it says where
/// @throws IoError, Stopped
std::optional<CsvRows> scan_ranges(const CsvText& text, const CsvScan::Options& rows, const CsvRanges& ranges);

}  // namespace rankwise::storage
