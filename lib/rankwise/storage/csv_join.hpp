#pragma once

#include <cstdint>
#include <optional>

#include "rankwise/blocks/grid.hpp"
#include "rankwise/storage/csv_index.hpp"
#include "rankwise/storage/csv_scan.hpp"
#include "rankwise/storage/csv_text.hpp"

namespace rankwise::storage {

/// Puts scans of a text's ranges together: what comes out is what one scan over all of them would have found.
///
/// A range is scanned as if no quote were open at its first newline, where its scan begins. Where that is wrong, the
/// join goes on with the true scan until both agree that a line begins at one of the places that the range's scan has
/// noted; from there on its records count. They soon do: a quote inside a field is a byte like others, so a scan that
/// begins within quotes comes out of them with the next field at the latest, unless what they enclose looks like quoted
/// fields itself.
class CsvJoin {
 public:
  /// @param rows as for one scan over everything
  CsvJoin(const CsvText& text, const CsvScan::Options& rows);

  /// The next range of the text, the first one from where the rows begin.
  /// @param scan of the range from a line's begin to the range's end; nothing for a range without a newline
  void add(const blocks::Range& range, std::optional<CsvScan> scan);
  /// There are no more.
  void finish();

  /// Whether each record has as many fields as there are columns, as far as that is known, and, after finish(), no
  /// quote is open.
  [[nodiscard]] bool sound() const { return sound_; }
  /// @pre finish() was called
  [[nodiscard]] std::uint64_t records() const { return before_ + scan_.records(); }
  /// @pre finish() was called
  [[nodiscard]] const CsvChunks& chunks() const { return chunks_; }

 private:
  void go_on_to(std::uint64_t offset);
  void settle();
  std::uint64_t end_of(std::uint64_t record);

  const CsvText& text_;
  CsvText::Room room_;
  char separator_;
  CsvScan scan_;              // what it says of bytes from true_from_ on is true
  std::uint64_t true_from_;   // a line begins there
  std::uint64_t before_ = 0;  // the number of scan_'s first record among all, modulo 2^64
  CsvChunks chunks_;
  bool sound_ = true;
};

}  // namespace rankwise::storage
