#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/engine/identity.hpp"
#include "rankwise/storage/filled_file.hpp"
#include "rankwise/tables/column_reader.hpp"
#include "rankwise/tables/derivation.hpp"
#include "rankwise/tables/derived_rows.hpp"
#include "rankwise/tables/table_text.hpp"

namespace rankwise::tables {

/// Rows of a table that become others, block by block.
struct RowWork {
  const Derivation& derivation;
  const ColumnReader& reader;  ///< of what is needed
  std::uint64_t seed = 0;
  std::uint64_t rows = 0;          ///< of the source
  std::uint64_t rows_at_once = 1;  ///< in a block
  engine::Identity identity = {};  ///< what they depend on

  [[nodiscard]] std::uint64_t blocks() const;
  [[nodiscard]] blocks::Range rows_of(std::uint64_t block) const { return blocks::piece(rows, rows_at_once, block); }
  [[nodiscard]] std::unique_ptr<DerivedRows> start() const {
    return std::make_unique<DerivedRows>(derivation, reader, seed);
  }
  [[nodiscard]] Bytes bytes_needed() const { return DerivedRows::bytes_needed(derivation, reader, rows_at_once); }
};

/// How many rows of each block stay. A lane is one block.
class CountJob {
 public:
  struct Partial {
    std::uint64_t rows = 0;
  };
  struct Scratch {
    std::unique_ptr<DerivedRows> rows;
  };
  explicit CountJob(const RowWork& work) : work_(work) {}

  [[nodiscard]] engine::Identity identity() const { return work_.identity; }
  [[nodiscard]] blocks::Grid grid() const { return {.lanes = work_.blocks(), .steps = 1}; }
  [[nodiscard]] Bytes partial_bytes() const { return {sizeof(Partial)}; }
  [[nodiscard]] Bytes block_bytes() const { return work_.bytes_needed(); }
  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    if (!scratch.rows) scratch.rows = work_.start();
    return {scratch.rows->count(work_.rows_of(block.lane))};
  }
  void announce(blocks::Block block) const { work_.reader.announce(work_.rows_of(block.lane)); }
  void merge(Partial&, const Partial&) const {}  // lanes have one step
  static void encode(const Partial& partial, ByteWriter& out) { out.put(partial.rows); }
  static Partial decode(ByteReader& in) { return {in.get<std::uint64_t>()}; }

 private:
  RowWork work_;
};

/// Computes some of the blocks, and writes them. What becomes of one goes straight to the file, or home to rank 0 in
/// the form in which the file has it. A lane is one block.
class WriteJob {
 public:
  struct Partial {
    std::array<std::uint64_t, 2> hash{};
    std::uint64_t rows = 0;
    std::vector<std::byte> bytes = {};
  };
  struct Scratch {
    std::unique_ptr<DerivedRows> rows;
    std::vector<std::byte> values;
    std::string text;
  };
  /// The file that all ranks fill.
  struct Target {
    const storage::FilledFile* file = nullptr;
    std::span<const std::uint64_t> begins = {};       ///< of the columns
    std::span<const std::uint64_t> rows_before = {};  ///< of each block, where not all rows stay
  };
  struct Form {
    std::span<const std::size_t> columns = {};  ///< of the result, that are written in HDF5
    std::optional<TableText> text = {};         ///< or how they are written in a CSV
  };

  /// @param target nothing to send home what is made
  WriteJob(const RowWork& work, const Form& form, blocks::Range part, const std::optional<Target>& target)
      : work_(work), form_(form), part_(part), target_(target) {}

  [[nodiscard]] engine::Identity identity() const;
  [[nodiscard]] blocks::Grid grid() const { return {.lanes = part_.size(), .steps = 1}; }
  [[nodiscard]] Bytes partial_bytes() const { return {64 + (target_ ? 0 : most_made())}; }
  [[nodiscard]] Bytes block_bytes() const;
  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const;
  void announce(blocks::Block block) const { work_.reader.announce(rows_of(block)); }
  void make_output_durable() const {
    if (target_) target_->file->sync();
  }
  void merge(Partial&, const Partial&) const {}  // lanes have one step
  static void encode(const Partial& partial, ByteWriter& out);
  static Partial decode(ByteReader& in);

 private:
  [[nodiscard]] blocks::Range rows_of(blocks::Block block) const { return work_.rows_of(part_.begin + block.lane); }
  [[nodiscard]] std::uint64_t most_made() const;
  void write_column(std::size_t column, blocks::Block block, Scratch& scratch, Partial& partial) const;

  RowWork work_;
  Form form_;
  blocks::Range part_;
  std::optional<Target> target_;
};

}  // namespace rankwise::tables
