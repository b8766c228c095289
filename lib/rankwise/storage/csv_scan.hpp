#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/storage/matrix.hpp"

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

/// Goes once over the bytes of a CSV, 64 at a time, and finds where its records end and how many fields they have.
class CsvScan {
 public:
  struct Options {
    char separator = ',';
    std::uint64_t offset = 0;   ///< of the first byte that is added; a record begins there
    std::uint64_t columns = 0;  ///< that each record must have; 0: as many as the first one
    Bytes chunk = {};           ///< what a chunk is to hold, at least 0.7 of it on average
  };
  struct Ragged {
    std::uint64_t offset = 0;
    std::uint64_t fields = 0;
  };

  explicit CsvScan(const Options& options);

  /// The file's next bytes.
  void add(std::span<const char> bytes);
  /// There are no more: the last record may lack its newline. One with an open quote does not count.
  void finish();

  [[nodiscard]] std::uint64_t records() const { return records_; }
  [[nodiscard]] std::uint64_t columns() const { return columns_; }
  /// Where the first record begins and ends. @pre records() > 0
  [[nodiscard]] const blocks::Range& first_record() const { return first_record_; }
  /// The first record of another length than the first one.
  [[nodiscard]] const std::optional<Ragged>& ragged() const { return ragged_; }
  /// The quote that is open after the last byte added.
  [[nodiscard]] std::optional<std::uint64_t> open_quote() const;
  /// The rows that begin every rows_per_chunk() records, from the first one. @pre finish() was called
  [[nodiscard]] const std::vector<std::uint64_t>& chunks() const { return chunks_; }
  [[nodiscard]] std::uint64_t rows_per_chunk() const { return rows_per_chunk_; }

 private:
  /// What the byte before the next one was.
  enum class After : std::uint8_t { field_begin, plain, quoted, closing_quote };

  void add_byte(char c);
  bool add_block(const char* block);
  std::optional<std::uint64_t> quoted_bits(std::uint64_t quotes, std::uint64_t field_ends);
  void end_record(std::uint64_t end, std::uint64_t fields);
  void thin_out();

  char separator_;
  Bytes chunk_;
  std::uint64_t offset_;  // of the next byte
  std::uint64_t columns_;

  After after_ = After::field_begin;
  bool after_white_ = true;       // the byte before the next one is white space, or there is none
  bool blank_ = true;             // the line holds white space alone as yet
  std::uint64_t separators_ = 0;  // in the record as yet
  std::uint64_t record_ = 0;      // where the record begins
  std::uint64_t opening_quote_ = 0;

  std::uint64_t records_ = 0;
  blocks::Range first_record_;
  std::optional<Ragged> ragged_;
  std::vector<std::uint64_t> chunks_;
  std::uint64_t rows_per_chunk_ = 1;
};

/// inspect_csv with chunks of another size, so that tests get many out of a small file.
MatrixInfo inspect_csv(const std::string& path, char separator, Bytes chunk);

}  // namespace rankwise::storage
