#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/csv.hpp"
#include "rankwise/storage/csv_fields.hpp"
#include "rankwise/storage/csv_index.hpp"
#include "rankwise/storage/csv_text.hpp"

namespace rankwise::storage {
namespace {

class CsvReader final : public MatrixReader {
 public:
  explicit CsvReader(const MatrixInfo& info)
      : info_(info), index_(CsvIndex::decode(ByteReader(info.index))), text_(info.file) {
    if (text_.size() != index_.file_size) throw changed();
  }

  void read(const Region& region, Tile& tile) const override {
    auto* out = reinterpret_cast<double*>(tile.prepare(region, ElementType::float64, Contiguous::rows).data());
    CsvText::Room room;
    for (std::uint64_t row = region.rows.begin; row < region.rows.end;) {
      const std::uint64_t chunk = row / index_.rows_per_chunk;
      const blocks::Range place = place_of({chunk, chunk + 1});
      const auto bytes = text_.bytes(place, room);
      CsvRecords records(std::string_view(bytes.data(), bytes.size()), index_.separator);
      for (std::uint64_t before = row % index_.rows_per_chunk; before > 0 && records.find(); --before) records.skip();
      const std::uint64_t stop = std::min(region.rows.end, (chunk + 1) * index_.rows_per_chunk);
      for (; row < stop; ++row, out += region.columns.size()) {
        if (!records.find()) throw changed();
        const CsvRecord record = records.values(region.columns, out);
        if (record.unreadable) {
          refuse(record, place.begin + static_cast<std::uint64_t>(record.unreadable->data() - bytes.data()));
        }
        if (record.fields != info_.columns) throw changed();
      }
    }
  }

  void announce(const Region& region) const override {
    if (region.rows.empty()) return;
    text_.announce(
        place_of({region.rows.begin / index_.rows_per_chunk, (region.rows.end - 1) / index_.rows_per_chunk + 1}));
  }

 private:
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
};

}  // namespace

std::unique_ptr<const MatrixReader> open_csv(const MatrixInfo& info) {
  return std::make_unique<const CsvReader>(info);
}

}  // namespace rankwise::storage
