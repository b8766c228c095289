#include "rankwise/tables/row_jobs.hpp"

#include <fmt/format.h>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/digest.hpp"

namespace rankwise::tables {

std::uint64_t RowWork::blocks() const {
  return divide_up(rows, rows_at_once);
}

engine::Identity WriteJob::identity() const {
  engine::Identity identity = work_.identity;
  identity.options += fmt::format(" {} {}", part_.begin, part_.end);
  return identity;
}

std::uint64_t WriteJob::most_made() const {
  if (form_.text) return form_.text->most_in(work_.rows_at_once).value;
  std::uint64_t row = 0;
  for (const std::size_t c : form_.columns) row += storage::size_of(work_.derivation.columns()[c].type);
  return checked_product(work_.rows_at_once, row, "a block of rows");
}

Bytes WriteJob::block_bytes() const {
  return {checked_sum(work_.bytes_needed().value, 2 * most_made(), "a block of rows")};
}

WriteJob::Partial WriteJob::run(blocks::Block block, Scratch& scratch) const {
  if (!scratch.rows) scratch.rows = work_.start();
  scratch.rows->compute(rows_of(block));
  Partial partial{.rows = scratch.rows->size()};
  Digest digest;
  if (form_.text) {
    scratch.text.clear();
    form_.text->append(rows_of(block), *scratch.rows, scratch.text);
    const auto bytes = std::as_bytes(std::span(scratch.text));
    digest.add_bytes(bytes);
    partial.bytes.assign(bytes.begin(), bytes.end());
  } else {
    for (const std::size_t column : form_.columns) {
      write_column(column, block, scratch, partial);
      digest.add_bytes(scratch.values);
    }
  }
  partial.hash = digest.words();
  return partial;
}

void WriteJob::write_column(std::size_t column, blocks::Block block, Scratch& scratch, Partial& partial) const {
  const Derivation::Column& written = work_.derivation.columns()[column];
  const std::uint64_t size = storage::size_of(written.type);
  scratch.values.resize(scratch.rows->size() * size);
  scratch.rows->copy(written, scratch.values);
  if (!target_) {
    partial.bytes.insert(partial.bytes.end(), scratch.values.begin(), scratch.values.end());
  } else if (!scratch.values.empty()) {
    const std::uint64_t before =
        target_->rows_before.empty() ? rows_of(block).begin : target_->rows_before[part_.begin + block.lane];
    target_->file->write(target_->begins[column] + before * size, scratch.values);
  }
}

void WriteJob::encode(const Partial& partial, ByteWriter& out) {
  out.put(partial.hash);
  out.put(partial.rows);
  out.put_vector(partial.bytes);
}

WriteJob::Partial WriteJob::decode(ByteReader& in) {
  const auto hash = in.get<std::array<std::uint64_t, 2>>();
  const auto rows = in.get<std::uint64_t>();
  return {hash, rows, in.get_vector<std::byte>()};
}

}  // namespace rankwise::tables
