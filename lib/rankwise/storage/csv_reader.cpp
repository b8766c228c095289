#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/storage/csv.hpp"
#include "rankwise/storage/csv_fields.hpp"
#include "rankwise/storage/csv_index.hpp"
#include "rankwise/storage/csv_inspection.hpp"
#include "rankwise/storage/csv_text.hpp"
#include "rankwise/storage/csv_window.hpp"

namespace rankwise::storage {
namespace {

class CsvReader final : public MatrixReader {
 public:
  CsvReader(const MatrixInfo& info, Bytes piece)
      : info_(info), index_(CsvIndex::decode(ByteReader(info.index))), text_(info.file), piece_(piece) {
    if (text_.size() != index_.file_size) throw changed();
  }

  void read(const Region& region, Tile& tile) const override {
    auto* out = reinterpret_cast<double*>(tile.prepare(region, ElementType::float64, Contiguous::rows).data());
    CsvWindow window(text_, piece_);
    for (blocks::Range rows = region.rows; !rows.empty();) {
      const std::uint64_t chunk = rows.begin / index_.rows_per_chunk;
      const std::uint64_t end = std::min(rows.end, (chunk + 1) * index_.rows_per_chunk);
      window.open(place_of({chunk, chunk + 1}));
      read_chunk(window, chunk * index_.rows_per_chunk, {{rows.begin, end}, region.columns}, out);
      out += (end - rows.begin) * region.columns.size();
      rows.begin = end;
    }
  }

  void announce(const Region& region) const override {
    if (region.rows.empty()) return;
    text_.announce(
        place_of({region.rows.begin / index_.rows_per_chunk, (region.rows.end - 1) / index_.rows_per_chunk + 1}));
  }

 private:
  /// Reads a region from the window on its chunk, whose first row is `row`.
  void read_chunk(CsvWindow& window, std::uint64_t row, const Region& region, double* out) const {
    CsvRecords records(window.shown(), index_.separator);
    while (row < region.rows.end) {
      const char* begin = records.at();
      const bool wanted = row >= region.rows.begin, found = records.find();
      CsvRecord record;
      if (found && wanted) record = records.values(region.columns, out);
      if (found && !wanted) records.skip();
      if (records.at_end() && window.read_on(begin)) {
        // More of it may come: once again.
        records = CsvRecords(window.shown(), index_.separator);
        continue;
      }
      if (!found) throw changed();
      if (record.unreadable) refuse(record, window.offset_of(record.unreadable->data()));
      if (wanted && record.fields != info_.columns) throw changed();
      if (wanted) out += region.columns.size();
      ++row;
    }
  }

  [[nodiscard]] blocks::Range place_of(const blocks::Range& chunks) const {
    const auto& begins = index_.chunks;
    return {begins.at(chunks.begin), chunks.end < begins.size() ? begins[chunks.end] : index_.file_size};
  }

  /// inspect_csv saw as many fields in each line, and each line's end, where it said.
  [[nodiscard]] IoError changed() const { return IoError(fmt::format("{} changed while it was read", text_.path())); }

  [[noreturn]] void refuse(const CsvRecord& record, std::uint64_t offset) const {
    throw InputError(fmt::format("{}: line {}, column '{}' ({} of {}): '{}' is not a number", text_.path(),
                                 text_.line_of(offset), shown(info_.name_of(record.fields)), record.fields + 1,
                                 info_.columns, shown(trimmed(unquote(*record.unreadable)))));
  }

  MatrixInfo info_;
  CsvIndex index_;
  CsvText text_;
  Bytes piece_;
};

}  // namespace

void check_csv(const MatrixInfo& info) {
  const auto index = CsvIndex::decode(ByteReader(info.index));
  const std::uint64_t size = index.file_size, each = index.rows_per_chunk;
  // Each row and each field takes a byte, but for the last ones.
  const bool small = info.rows <= size + 1 && info.columns <= size + 1 && each >= 1 && each <= size + 1;
  const auto& begins = index.chunks;
  const bool in_order =
      std::is_sorted(begins.begin(), begins.end()) && (begins.empty() || begins.back() <= index.file_size);
  if (info.format == Format::csv && info.contiguous == Contiguous::rows && info.other_files.empty() &&
      info.types == std::vector{ElementType::float64} && (info.names.empty() || info.names.size() == info.columns) &&
      size < UINT64_MAX && small && in_order && begins.size() == divide_up(info.rows, each) &&
      info.chunk == ChunkShape{.rows = each, .columns = info.columns}) {
    return;
  }
  throw InputError(fmt::format("what is said of {} cannot be", info.file));
}

std::unique_ptr<const MatrixReader> open_csv(const MatrixInfo& info, Bytes piece) {
  check_csv(info);
  return std::make_unique<const CsvReader>(info, piece);
}

std::unique_ptr<const MatrixReader> open_csv(const MatrixInfo& info) {
  return open_csv(info, kibibytes(256));
}

}  // namespace rankwise::storage
