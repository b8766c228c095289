#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/storage/csv_index.hpp"

namespace rankwise::storage {

/// Goes once over the bytes of a CSV, 64 at a time, and finds where its records end and how many fields they have.
class CsvScan {
 public:
  struct Options {
    char separator = ',';
    std::uint64_t offset = 0;   ///< of the first byte that is added; a record begins there
    std::uint64_t columns = 0;  ///< that each record must have; 0: as many as the first one
    Bytes chunk = {};           ///< what a chunk is to hold; nothing: each row is a chunk
  };
  struct Ragged {
    std::uint64_t offset = 0;
    std::uint64_t fields = 0;
  };

  explicit CsvScan(const Options& options);

  /// All that it knows, to go on elsewhere.
  void encode(ByteWriter& out) const;
  static CsvScan decode(ByteReader& in);

  /// The file's next bytes.
  void add(std::span<const char> bytes);
  /// There are no more: the last record may lack its newline. One with an open quote does not count.
  void finish();

  [[nodiscard]] std::uint64_t records() const { return records_; }
  [[nodiscard]] std::uint64_t columns() const { return columns_; }
  /// Where the first record begins and ends. @pre records() > 0
  [[nodiscard]] const blocks::Range& first_record() const { return first_record_; }
  /// Where the last record ends.
  [[nodiscard]] std::uint64_t last_end() const { return last_end_; }
  /// The first record of another length than the first one.
  [[nodiscard]] const std::optional<Ragged>& ragged() const { return ragged_; }
  /// Where the last such record begins. @pre ragged()
  [[nodiscard]] std::uint64_t last_ragged() const { return last_ragged_; }
  /// Of the next byte.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  /// Whether a line begins with the next byte, outside quotes. Of what comes then, nothing depends on what came before.
  [[nodiscard]] bool at_line_begin() const { return record_ == offset_; }
  /// The quote that is open after the last byte added.
  [[nodiscard]] std::optional<std::uint64_t> open_quote() const;
  /// Where the rows are that begin every so many, from the first one.
  [[nodiscard]] const CsvChunks& chunks() const { return chunks_; }

 private:
  /// What the byte before the next one was.
  enum class After : std::uint8_t { field_begin, plain, quoted, closing_quote };

  /// Calls act(field) for each that can be copied as it is.
  template <class Scan, class Act>
  static void for_each_plain(Scan& scan, Act act);
  void add_byte(char c);
  bool add_block(const char* block);
  std::optional<std::uint64_t> quoted_bits(std::uint64_t quotes, std::uint64_t field_ends);
  void end_record(std::uint64_t end, std::uint64_t fields);

  char separator_;
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
  std::uint64_t last_ragged_ = 0;
  std::uint64_t last_end_ = 0;
  CsvChunks chunks_;
};

}  // namespace rankwise::storage
