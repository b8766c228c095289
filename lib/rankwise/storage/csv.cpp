#include "rankwise/storage/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/base/stop_request.hpp"
#include "rankwise/storage/csv_fields.hpp"
#include "rankwise/storage/csv_scan.hpp"
#include "rankwise/storage/input_file.hpp"

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

constexpr std::size_t piece_bytes = std::size_t{1} << 20;

/// As many of the file's bytes from `offset` on as `room` has room for, or as there are.
std::span<const char> read_piece(const InputFile& file, std::uint64_t offset, std::vector<char>& room) {
  room.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece_bytes, file.size() - offset)));
  file.read(offset, std::as_writable_bytes(std::span(room)));
  return room;
}

/// The line, from 1, that holds the byte at `offset`. Reads all before it: for errors alone.
std::uint64_t line_of(const InputFile& file, std::uint64_t offset) {
  std::vector<char> room;
  std::uint64_t line = 1;
  for (std::uint64_t at = 0; at < offset; at += room.size()) {
    const auto piece = read_piece(file, at, room);
    const auto before = piece.first(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), offset - at)));
    line += static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
  }
  return line;
}

void refuse_nul(const InputFile& file, std::uint64_t offset, std::span<const char> bytes) {
  const void* nul = std::memchr(bytes.data(), 0, bytes.size());
  if (nul == nullptr) return;
  std::array<unsigned char, 2> first{};
  file.read(0, std::as_writable_bytes(std::span(first)).first(std::min<std::size_t>(2, file.size())));
  const bool utf16 =
      first == std::array<unsigned char, 2>{0xff, 0xfe} || first == std::array<unsigned char, 2>{0xfe, 0xff};
  throw InputError(
      fmt::format("{}: line {} holds a NUL byte: this is no text file{}", file.path(),
                  line_of(file, offset + static_cast<std::uint64_t>(static_cast<const char*>(nul) - bytes.data())),
                  utf16 ? " (it begins as UTF-16 does: save it as UTF-8)" : ""));
}

/// Adds the file's bytes to the scan, from its offset to the end or until it has so many records.
void scan_file(const InputFile& file, std::uint64_t offset, std::uint64_t enough, CsvScan& scan) {
  std::vector<char> room;
  for (; offset < file.size(); offset += room.size()) {
    heed_stop_request();
    const auto piece = read_piece(file, offset, room);
    refuse_nul(file, offset, piece);
    scan.add(piece);
    if (scan.records() >= enough) return;
    if (scan.ragged()) break;
  }
  if (offset >= file.size()) scan.finish();
  if (const auto& ragged = scan.ragged()) {
    throw InputError(fmt::format("{}: line {} has {} field{}, not {} as the first line", file.path(),
                                 line_of(file, ragged->offset), ragged->fields, ragged->fields == 1 ? "" : "s",
                                 scan.columns()));
  }
  if (const auto quote = scan.open_quote()) {
    throw InputError(
        fmt::format("{}: the quote opened on line {} is never closed", file.path(), line_of(file, *quote)));
  }
}

/// The names in a CSV's first record; none if it is a row.
std::vector<std::string> read_names(const InputFile& file, const blocks::Range& place, char separator) {
  // A header of so many bytes would be kept as names in memory, on every rank.
  constexpr std::uint64_t longest = std::uint64_t{1} << 30;
  if (place.size() > longest) throw InputError(fmt::format("{}: its first line is longer than 1 GiB", file.path()));
  std::string text(static_cast<std::size_t>(place.size()), '\0');
  file.read(place.begin, std::as_writable_bytes(std::span(text)));

  CsvRecords records(text, separator);
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
    throw InputError(fmt::format("{}: line {} has a carriage return (CR) inside: end lines with LF or CRLF",
                                 file.path(), line_of(file, place.begin)));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) names[i] = std::to_string(i);
  }
  return names;
}

/// Where the text begins: after a BOM.
std::uint64_t text_begin(const InputFile& file) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  std::array<char, mark.size()> first{};
  if (file.size() < first.size()) return 0;
  file.read(0, std::as_writable_bytes(std::span(first)));
  return std::string_view(first.data(), first.size()) == mark ? mark.size() : 0;
}

class CsvReader final : public MatrixReader {
 public:
  explicit CsvReader(const MatrixInfo& info)
      : info_(info), index_(CsvIndex::decode(ByteReader(info.index))), file_(info.file) {
    if (file_.size() != index_.file_size) throw changed();
  }

  void read(const Region& region, Tile& tile) const override {
    auto* out = reinterpret_cast<double*>(tile.prepare(region, ElementType::float64, Contiguous::rows).data());
    std::unique_ptr<char[]> room;
    std::size_t room_size = 0;
    for (std::uint64_t row = region.rows.begin; row < region.rows.end;) {
      const std::uint64_t chunk = row / index_.rows_per_chunk;
      const blocks::Range place = place_of(chunk);
      const auto size = checked_cast<std::size_t>(place.size(), "a block of lines");
      if (size > room_size) {
        room = std::make_unique_for_overwrite<char[]>(size);
        room_size = size;
      }
      file_.read(place.begin, std::as_writable_bytes(std::span(room.get(), size)));

      CsvRecords records(std::string_view(room.get(), size), index_.separator);
      for (std::uint64_t before = row % index_.rows_per_chunk; before > 0 && records.find(); --before) records.skip();
      const std::uint64_t stop = std::min(region.rows.end, (chunk + 1) * index_.rows_per_chunk);
      for (; row < stop; ++row, out += region.columns.size()) {
        if (!records.find()) throw changed();
        const CsvRecord record = records.values(region.columns, out);
        if (record.unreadable) {
          refuse(record, place.begin + static_cast<std::uint64_t>(record.unreadable->data() - room.get()));
        }
        if (record.fields != info_.columns) throw changed();
      }
    }
  }

 private:
  [[nodiscard]] blocks::Range place_of(std::uint64_t chunk) const {
    const auto& chunks = index_.chunks;
    return {chunks.at(chunk), chunk + 1 < chunks.size() ? chunks[chunk + 1] : index_.file_size};
  }

  /// inspect_csv saw as many fields in each line, and each line's end, where it said.
  [[nodiscard]] IoError changed() const { return IoError(fmt::format("{} changed while it was read", file_.path())); }

  [[noreturn]] void refuse(const CsvRecord& record, std::uint64_t offset) const {
    throw InputError(fmt::format("{}: line {}, column '{}' ({} of {}): '{}' is not a number", file_.path(),
                                 line_of(file_, offset), shown(info_.name_of(record.fields)), record.fields + 1,
                                 info_.columns, shown(trimmed(unquote(*record.unreadable)))));
  }

  MatrixInfo info_;
  CsvIndex index_;
  InputFile file_;
};

}  // namespace

MatrixInfo inspect_csv(const std::string& path, char separator, Bytes chunk) {
  const InputFile file(path);
  const std::uint64_t begin = text_begin(file);
  CsvScan first({.separator = separator, .offset = begin});
  scan_file(file, begin, 1, first);
  if (first.records() == 0) throw InputError(fmt::format("{} is empty", path));

  MatrixInfo info;
  info.names = read_names(file, first.first_record(), separator);
  const std::uint64_t data = info.names.empty() ? begin : first.first_record().end;
  CsvScan rows({.separator = separator, .offset = data, .columns = first.columns(), .chunk = chunk});
  scan_file(file, data, UINT64_MAX, rows);

  info.file = path;
  info.format = Format::csv;
  info.rows = rows.records();
  info.columns = rows.columns();
  info.contiguous = Contiguous::rows;
  info.chunk = ChunkShape{.rows = rows.rows_per_chunk(), .columns = info.columns};
  info.types = {ElementType::float64};
  info.description =
      fmt::format("{} {} header", separator == '\t' ? "TSV" : "CSV", info.names.empty() ? "without" : "with");
  info.stored = {file.size()};
  info.identity = file.identity();
  info.index = CsvIndex{separator, file.size(), rows.rows_per_chunk(), rows.chunks()}.encode();
  return info;
}

MatrixInfo inspect_csv(const std::string& path, char separator) {
  return inspect_csv(path, separator, mebibytes(4));
}

std::unique_ptr<const MatrixReader> open_csv(const MatrixInfo& info) {
  return std::make_unique<const CsvReader>(info);
}

}  // namespace rankwise::storage
