#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/expressions/evaluator.hpp"
#include "rankwise/tables/column_reader.hpp"
#include "rankwise/tables/derivation.hpp"

namespace rankwise::tables {

/// What becomes of some rows of a table: computed by one thread, block after block.
class DerivedRows {
 public:
  /// @param reader of all columns that are computed with or copied; it and the derivation outlive this
  DerivedRows(const Derivation& derivation, const ColumnReader& reader, std::uint64_t seed);

  /// How many of these rows stay.
  std::uint64_t count(blocks::Range rows);
  /// Reads and computes these rows. @throws InputError, IoError
  void compute(blocks::Range rows);

  // Of the rows computed last:
  /// How many of them stay.
  [[nodiscard]] std::uint64_t size() const { return selection_ ? selection_->size() : rows_.size(); }
  /// Which.
  [[nodiscard]] const Selection& selection() const { return selection_; }
  /// A column's elements of the rows that stay, in its type. @param to size() of them
  void copy(const Derivation::Column& column, std::span<std::byte> to) const;

  /// What one of these takes for so many rows.
  static Bytes bytes_needed(const Derivation& derivation, const ColumnReader& reader, std::uint64_t rows);

 private:
  void run(const Derivation::Computed& computed, expressions::Evaluator& evaluator, std::vector<double>& to);
  void select();

  const Derivation& derivation_;
  const ColumnReader& reader_;
  std::vector<std::unique_ptr<expressions::Evaluator>> evaluators_;
  std::unique_ptr<expressions::Evaluator> where_;
  ColumnReader::Scratch scratch_;
  std::vector<std::vector<double>> values_;  // by assignment
  std::vector<double> truths_;
  blocks::Range rows_;
  Selection selection_;
};

}  // namespace rankwise::tables
