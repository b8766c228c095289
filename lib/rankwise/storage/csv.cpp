#include "rankwise/storage/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "rankwise/base/errors.hpp"
#include "rankwise/base/stop_request.hpp"
#include "rankwise/storage/csv_fields.hpp"
#include "rankwise/storage/csv_inspection.hpp"
#include "rankwise/storage/csv_ranges.hpp"
#include "rankwise/storage/csv_scan.hpp"
#include "rankwise/storage/csv_text.hpp"

// What a CSV is here; much as pandas' read_csv has it.
//
// Lines end with LF or CRLF, the last one perhaps with neither; a CR alone ends none. A UTF-8 BOM is passed over, and
// so are lines of nothing but white space (space, tab, CR, vertical tab, form feed; a tab only where it does not
// separate).
//
// A field whose first byte is '"' is quoted: up to the next single '"', separators and newlines belong to it and '""'
// stands for '"'. Any other '"' is a byte like others, also one after white space. More text after the closing quote
// belongs to the field as well, but then the quotes stay part of the text: '"1"5' is no number, where pandas has 15.
//
// White space around a value does not count, within quotes and without. A value is a number in decimal digits, with an
// exponent or without, rounded correctly, infinite where it is too large (pandas makes that a word); inf, infinity with
// or without a sign, in any case; or missing, which is NaN: an empty field or one of pandas' words (see is_missing).
// Quoted values are values. Any other text is an error when its column is read, and none while it is not.
//
// The first line is a header if one of its fields is no value. Its names are kept as they stand, white space and all;
// an empty name becomes the number of its column. A header that has only numbers or empty fields cannot be told from
// data, and is read as a row. All lines have as many fields as the first one.

namespace rankwise::storage {
namespace {

constexpr std::uint64_t piece_bytes = std::uint64_t{1} << 20;

[[noreturn]] void refuse(const CsvText& text, const std::string& what) {
  throw InputError(text.path() + what);
}

void refuse_nul(const CsvText& text, std::uint64_t offset, std::span<const char> bytes) {
  const void* nul = std::memchr(bytes.data(), 0, bytes.size());
  if (nul == nullptr) return;
  CsvText::Room room;
  const auto first = text.bytes({0, std::min<std::uint64_t>(2, text.size())}, room);
  const std::string_view mark(first.data(), first.size());
  const std::uint64_t line =
      text.line_of(offset + static_cast<std::uint64_t>(static_cast<const char*>(nul) - bytes.data()));
  refuse(text,
         fmt::format(": line {} holds a NUL byte: this is no text file{}", line,
                     mark == "\xff\xfe" || mark == "\xfe\xff" ? " (it begins as UTF-16 does: save it as UTF-8)" : ""));
}

/// Adds the text's bytes to the scan, from where it is to the end or until it has so many records.
void scan_text(const CsvText& text, std::uint64_t enough, CsvScan& scan) {
  CsvText::Room room;
  while (scan.offset() < text.size()) {
    heed_stop_request();
    const std::uint64_t begin = scan.offset(), end = std::min(begin + piece_bytes, text.size());
    const auto piece = text.bytes({begin, end}, room);
    refuse_nul(text, begin, piece);
    scan.add(piece);
    if (scan.records() >= enough) return;
    if (scan.ragged()) break;
  }
  if (scan.offset() >= text.size()) scan.finish();
  if (const auto& ragged = scan.ragged()) {
    refuse(text, fmt::format(": line {} has {} field{}, not {} as the first line", text.line_of(ragged->offset),
                             ragged->fields, ragged->fields == 1 ? "" : "s", scan.columns()));
  }
  if (const auto quote = scan.open_quote()) {
    refuse(text, fmt::format(": the quote opened on line {} is never closed", text.line_of(*quote)));
  }
}

/// The names in a CSV's first record; none if it is a row.
std::vector<std::string> read_names(const CsvText& text, const blocks::Range& place, char separator) {
  // A header of so many bytes would be kept as names in memory, on every rank.
  constexpr std::uint64_t longest = std::uint64_t{1} << 30;
  if (place.size() > longest) refuse(text, ": its first line is longer than 1 GiB");
  CsvText::Room room;
  const auto line = text.bytes(place, room);

  CsvRecords records(std::string_view(line.data(), line.size()), separator);
  std::vector<std::string> names;
  bool header = false, old_line_ends = false;
  records.find();
  while (const auto field = records.field()) {
    names.push_back(unquote(*field));
    header = header || !parse_value(names.back());
    old_line_ends = old_line_ends || (!field->starts_with('"') && field->find('\r') != std::string_view::npos);
  }
  if (!header) return {};
  if (old_line_ends) {
    refuse(text, fmt::format(": line {} has a carriage return (CR) inside: end lines with LF or CRLF",
                             text.line_of(place.begin)));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) names[i] = std::to_string(i);
  }
  return names;
}

/// Where the text begins: after a BOM.
std::uint64_t text_begin(const CsvText& text) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (text.size() < mark.size()) return 0;
  CsvText::Room room;
  const auto first = text.bytes({0, mark.size()}, room);
  return std::string_view(first.data(), first.size()) == mark ? mark.size() : 0;
}

/// Scans all rows.
CsvRows scan_rows(const CsvText& text, const CsvScan::Options& options, const CsvInspection& how) {
  if (text.size() - options.offset > how.ranges.range.value) {
    std::optional<CsvRows> rows;
    if (how.scanner) {
      rows = how.scanner(text, options, how.ranges);
    } else if (how.ranges.threads > 1) {
      rows = scan_ranges(text, options, how.ranges);
    }
    if (rows) return *std::move(rows);
  }
  // Where something is wrong, this says what comes first.
  CsvScan scan(options);
  scan_text(text, UINT64_MAX, scan);
  return {scan.records(), scan.chunks()};
}

}  // namespace

MatrixInfo inspect_csv(const std::string& path, char separator, const CsvInspection& how) {
  const CsvText text(path);
  const std::uint64_t begin = text_begin(text);
  CsvScan first({.separator = separator, .offset = begin});
  scan_text(text, 1, first);
  if (first.records() == 0) refuse(text, " is empty");

  MatrixInfo info;
  info.names = read_names(text, first.first_record(), separator);
  const CsvRows rows = scan_rows(text,
                                 {.separator = separator,
                                  .offset = info.names.empty() ? begin : first.first_record().end,
                                  .columns = first.columns(),
                                  .chunk = how.chunk},
                                 how);

  info.file = path;
  info.format = Format::csv;
  info.rows = rows.rows;
  info.columns = first.columns();
  info.contiguous = Contiguous::rows;
  info.chunk = ChunkShape{.rows = rows.chunks.rows_per_chunk(), .columns = info.columns};
  info.types = {ElementType::float64};
  info.description =
      fmt::format("{} {} header", separator == '\t' ? "TSV" : "CSV", info.names.empty() ? "without" : "with");
  info.stored = {text.size()};
  info.identity = text.identity();
  info.index = CsvIndex{separator, text.size(), rows.chunks.rows_per_chunk(), rows.chunks.begins()}.encode();
  return info;
}

MatrixInfo inspect_csv(const std::string& path, char separator) {
  return inspect_csv(path, separator, CsvInspection{});
}

}  // namespace rankwise::storage
