#include "rankwise/matrices/piece_format.hpp"

#include <fmt/format.h>

#include <cstring>

#include "rankwise/base/number_text.hpp"
#include "rankwise/storage/csv_output.hpp"

namespace rankwise::matrices {
namespace {

using storage::MatrixShape;
using storage::OutputFormat;
using storage::Region;

/// The rows of a region as lines of CSV.
std::vector<std::byte> as_csv(const MatrixShape& shape, char separator, const Region& region,
                              std::span<const std::byte> values) {
  fmt::memory_buffer text;
  storage::with_type(shape.type, [&](auto zero) {
    const auto* next = reinterpret_cast<const decltype(zero)*>(values.data());
    for (std::uint64_t r = 0; r < region.rows.size(); ++r) {
      for (std::uint64_t c = 0; c < region.columns.size(); ++c) {
        const bool first = region.columns.begin + c == 0;  // a wide row comes in several pieces
        if (!first) text.push_back(separator);
        append_number(text, *next++);
      }
      if (region.columns.end == shape.columns) text.push_back('\n');
    }
  });
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

/// A chunk at the border is stored whole: what lies beyond the border is zero.
std::vector<std::byte> padded_chunk(const MatrixShape& shape, const Region& region, std::span<const std::byte> values) {
  const bool by_rows = shape.contiguous == storage::Contiguous::rows;
  const std::uint64_t size = storage::size_of(shape.type);
  const std::uint64_t line = (by_rows ? shape.chunk->columns : shape.chunk->rows) * size;
  const std::uint64_t have = (by_rows ? region.columns.size() : region.rows.size()) * size;
  std::vector<std::byte> chunk(shape.chunk->rows * shape.chunk->columns * size);
  for (std::uint64_t i = 0; i * have < values.size(); ++i)
    std::memcpy(chunk.data() + i * line, values.data() + i * have, have);
  return chunk;
}

}  // namespace

std::vector<std::byte> in_the_file(const MatrixShape& shape, const storage::Destination& destination,
                                   const Region& region, std::span<const std::byte> values) {
  if (storage::format_of(destination) == OutputFormat::csv) {
    return as_csv(shape, storage::separator_of(destination), region, values);
  }
  if (!shape.chunk) return {values.begin(), values.end()};
  auto chunk = padded_chunk(shape, region, values);
  return shape.gzip > 0 ? storage::shuffle_and_deflate(chunk, storage::size_of(shape.type), shape.gzip) : chunk;
}

Bytes most_in_the_file(const MatrixShape& shape, OutputFormat format, std::uint64_t elements) {
  const std::uint64_t field = storage::longest_number(shape.type) + 1;  // with a comma or the end of its line
  return {elements * (format == OutputFormat::csv ? field : storage::size_of(shape.type))};
}

}  // namespace rankwise::matrices
