#include "rankwise/storage/csv_join.hpp"

#include <algorithm>
#include <utility>

namespace rankwise::storage {

CsvJoin::CsvJoin(const CsvText& text, const CsvScan::Options& rows)
    : text_(text), separator_(rows.separator), scan_(rows), true_from_(rows.offset), chunks_(rows.offset, rows.chunk) {}

void CsvJoin::add(const blocks::Range& range, std::optional<CsvScan> scan) {
  const std::size_t places = scan ? scan->chunks().begins().size() : 0;
  for (std::size_t i = 0; i < places; ++i) {
    go_on_to(scan->chunks().begins()[i]);
    if (!scan_.at_line_begin()) continue;
    settle();
    before_ += scan_.records() - i * scan->chunks().rows_per_chunk();
    true_from_ = scan_.offset();
    scan_ = *std::move(scan);
    return;
  }
  go_on_to(range.end);
}

void CsvJoin::finish() {
  scan_.finish();
  if (scan_.open_quote()) sound_ = false;
  settle();
  chunks_.finish(records());
}

/// Takes scan_ to `offset`.
void CsvJoin::go_on_to(std::uint64_t offset) {
  constexpr std::uint64_t piece = std::uint64_t{1} << 18;
  while (scan_.offset() < offset) {
    scan_.add(text_.bytes({scan_.offset(), std::min(scan_.offset() + piece, offset)}, room_));
  }
}

/// Takes over what scan_ says of its true records.
void CsvJoin::settle() {
  if (scan_.ragged() && scan_.last_ragged() >= true_from_) sound_ = false;
  // Of an unsound text nothing is asked.
  while (sound_ && chunks_.next() <= records()) chunks_.add(end_of(chunks_.next() - before_));
}

/// Where the record before a record of scan_ ends.
std::uint64_t CsvJoin::end_of(std::uint64_t record) {
  if (record == scan_.records()) return scan_.last_end();
  constexpr std::uint64_t piece = std::uint64_t{1} << 14;
  const std::uint64_t noted = record / scan_.chunks().rows_per_chunk();
  const std::uint64_t left = record % scan_.chunks().rows_per_chunk();
  CsvScan scan({.separator = separator_, .offset = scan_.chunks().begins()[noted]});
  while (scan.records() < left) {
    scan.add(text_.bytes({scan.offset(), std::min(scan.offset() + piece, text_.size())}, room_));
  }
  return scan.chunks().begins()[left];
}

}  // namespace rankwise::storage
