#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "rankwise/base/bytes.hpp"
#include "rankwise/storage/csv_index.hpp"
#include "rankwise/storage/csv_join.hpp"
#include "rankwise/storage/csv_scan.hpp"
#include "rankwise/storage/csv_text.hpp"

namespace rankwise::storage {

/// How a text is shared among those who scan it. No result depends on it.
struct CsvRanges {
  Bytes range = mebibytes(4);    ///< what one thread scans at a time
  Bytes places = kibibytes(64);  ///< a scan notes where records begin so far apart, to find others from there
  int threads = 1;
};

struct CsvRows {
  std::uint64_t rows = 0;
  CsvChunks chunks;
};

/// A scan of each of some ranges; nothing of one without a newline.
using CsvScans = std::vector<std::optional<CsvScan>>;

/// How many ranges the rows of a text are.
std::uint64_t count_ranges(const CsvText& text, const CsvScan::Options& rows, const CsvRanges& ranges);

/// Scans some of them in several threads, each range in one.
/// @return nothing if there is a NUL byte among them
/// @throws IoError, Stopped
std::optional<CsvScans> scan_some(const CsvText& text, const CsvScan::Options& rows, const CsvRanges& ranges,
                                  const blocks::Range& some);

/// Puts the scans of all ranges together, as soon as their turn comes.
class CsvRangesJoin {
 public:
  CsvRangesJoin(const CsvText& text, const CsvScan::Options& rows, const CsvRanges& ranges)
      : text_(text), rows_(rows), ranges_(ranges), join_(text, rows) {}

  /// @return whether the text is sound as far as that is known
  bool add(std::uint64_t index, std::optional<CsvScan> scan);
  /// As scan_ranges. @pre all ranges were added
  std::optional<CsvRows> result();

 private:
  const CsvText& text_;
  CsvScan::Options rows_;
  CsvRanges ranges_;
  std::map<std::uint64_t, std::optional<CsvScan>> waiting_;
  std::uint64_t joined_ = 0;
  CsvJoin join_;
};

/// Scans a text from where its rows begin to its end in several threads, each range of it in one, and finds what one
/// scan over all of it finds.
/// @return nothing if the text holds a NUL byte, ragged rows or an open quote: one scan over all of it says where
/// @throws IoError, Stopped
std::optional<CsvRows> scan_ranges(const CsvText& text, const CsvScan::Options& rows, const CsvRanges& ranges);

/// Somebody who does what scan_ranges does.
using CsvScanner = std::function<std::optional<CsvRows>(const CsvText&, const CsvScan::Options&, const CsvRanges&)>;

}  // namespace rankwise::storage
