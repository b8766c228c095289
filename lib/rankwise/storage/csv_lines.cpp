#include "rankwise/storage/csv_lines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/storage/csv.hpp"
#include "rankwise/storage/csv_fields.hpp"
#include "rankwise/storage/csv_index.hpp"
#include "rankwise/storage/csv_text.hpp"
#include "rankwise/storage/csv_window.hpp"
#include "rankwise/storage/input_file.hpp"

namespace rankwise::storage {
namespace {

constexpr Bytes piece = kibibytes(256);

std::string_view without_line_end(std::string_view row) {
  if (row.ends_with('\n')) row.remove_suffix(1);
  if (row.ends_with('\r')) row.remove_suffix(1);
  return row;
}

}  // namespace

struct CsvLines::Text {
  explicit Text(const MatrixInfo& info) : index(CsvIndex::decode(ByteReader(info.index))), text(info.file) {
    if (text.identity() != info.identity || text.size() != index.file_size) {
      throw IoError(fmt::format("{} is not the file that rank 0 sees under this name", info.file));
    }
  }
  CsvIndex index;
  CsvText text;
};

CsvLines::CsvLines(const MatrixInfo& info) {
  check_csv(info);
  text_ = std::make_unique<const Text>(info);
}
CsvLines::~CsvLines() = default;

void CsvLines::read(blocks::Range rows, const std::function<void(std::string_view row)>& take) const {
  const CsvIndex& index = text_->index;
  CsvWindow window(text_->text, piece);
  while (!rows.empty()) {
    const std::uint64_t chunk = rows.begin / index.rows_per_chunk;
    const std::uint64_t end = std::min(rows.end, (chunk + 1) * index.rows_per_chunk);
    const bool last = chunk + 1 == index.chunks.size();
    window.open({index.chunks.at(chunk), last ? index.file_size : index.chunks[chunk + 1]});
    CsvRecords records(window.shown(), index.separator);
    for (std::uint64_t row = chunk * index.rows_per_chunk; row < end;) {
      const char* before = records.at();
      const bool found = records.find();
      const char* begin = records.at();
      if (found) records.skip();
      if (records.at_end() && window.read_on(before)) {
        records = CsvRecords(window.shown(), index.separator);  // more of it may come: once again
        continue;
      }
      if (!found) throw IoError(fmt::format("{} changed while it was read", text_->text.path()));
      if (row >= rows.begin) {
        take(without_line_end({begin, static_cast<std::size_t>(records.at() - begin)}));
      }
      ++row;
    }
    rows.begin = end;
  }
}

char csv_separator(const MatrixInfo& info) {
  return CsvIndex::decode(ByteReader(info.index)).separator;
}

Bytes most_csv_bytes(const MatrixInfo& info, std::uint64_t rows) {
  const CsvIndex index = CsvIndex::decode(ByteReader(info.index));
  const bool whole_chunks = rows % index.rows_per_chunk == 0;
  const std::uint64_t chunks = rows / index.rows_per_chunk + (whole_chunks ? 0 : 2);
  std::uint64_t most = 0;
  for (std::uint64_t c = 0; c < index.chunks.size(); ++c) {
    const std::uint64_t end = chunks < index.chunks.size() - c ? index.chunks[c + chunks] : index.file_size;
    most = std::max(most, end - index.chunks[c]);
  }
  return {most};
}

void for_each_field(std::string_view row, char separator, const std::function<void(std::string_view field)>& take) {
  CsvRecords records(row, separator);
  if (!records.find()) return take(row);
  while (const auto field = records.field()) take(*field);
}

}  // namespace rankwise::storage
