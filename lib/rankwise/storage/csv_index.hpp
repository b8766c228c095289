#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/base/bytes.hpp"

namespace rankwise::storage {

/// Where every so many rows of a CSV begin, so that none is read for the sake of another far behind it.
struct CsvIndex {
  char separator = ',';
  std::uint64_t file_size = 0;
  std::uint64_t rows_per_chunk = 1;  ///< a power of two
  /// Row c * rows_per_chunk begins here, or after the blank lines that begin here.
  std::vector<std::uint64_t> chunks = {};

  [[nodiscard]] std::vector<std::byte> encode() const;
  static CsvIndex decode(ByteReader in);
};

/// Cuts rows into chunks while they are counted: as few as hold what a chunk is to hold, however short rows are, and
/// rows need not be alike.
class CsvChunks {
 public:
  /// @param begin where the first row begins
  /// @param chunk what a chunk is to hold, at least 0.7 of it on average; nothing: each row is a chunk
  CsvChunks(std::uint64_t begin, Bytes chunk) : chunk_(chunk), begins_{begin} {}

  /// How many rows there are when add() is to be told where the last of them ends.
  [[nodiscard]] std::uint64_t next() const { return next_; }
  void add(std::uint64_t end);
  /// There are so many rows. No chunk begins after the last one.
  void finish(std::uint64_t rows);

  void encode(ByteWriter& out) const;
  static CsvChunks decode(ByteReader& in);

  [[nodiscard]] std::uint64_t rows_per_chunk() const { return rows_per_chunk_; }
  [[nodiscard]] const std::vector<std::uint64_t>& begins() const { return begins_; }

 private:
  Bytes chunk_;
  std::uint64_t rows_per_chunk_ = 1;
  std::uint64_t next_ = 1;
  std::vector<std::uint64_t> begins_;
};

}  // namespace rankwise::storage
