#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/expressions/evaluator.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::tables {

/// Which rows of some are meant: their numbers among these; nothing for all of them.
using Selection = std::optional<std::vector<std::uint32_t>>;

/// Some columns of a table, read for a run of rows at a time. Any thread may use it, each with its own scratch.
class ColumnReader {
 public:
  struct Scratch {
    std::vector<storage::Tile> tiles;
    std::vector<std::vector<double>> widened;  ///< by column of the table: its numbers, where they are not float64
  };

  /// @param columns in rising order
  ColumnReader(const engine::SharedMatrix& table, const std::vector<std::size_t>& columns);

  void read(blocks::Range rows, Scratch& scratch) const;
  void announce(blocks::Range rows) const;
  /// A column's numbers, as an expression takes a vector. @pre the rows are read
  [[nodiscard]] expressions::LeafView numbers(std::size_t column, Scratch& scratch) const;
  /// A column's elements of the selected rows in their own type, without gaps; every NaN is the one of digests.
  /// @pre the rows are read
  void copy(std::size_t column, const Scratch& scratch, const Selection& selection, std::span<std::byte> to) const;

  /// How many columns are read.
  [[nodiscard]] std::uint64_t columns() const;
  /// What so many rows take at once.
  [[nodiscard]] Bytes bytes_needed(std::uint64_t rows) const;

 private:
  struct Place {
    std::size_t run = 0;
    std::uint64_t column = 0;  ///< in that run
  };

  const engine::SharedMatrix& table_;
  std::vector<blocks::Range> runs_;  // of columns side by side that are read at once, each run of one type
  std::vector<Place> places_;        // by column of the table
};

}  // namespace rankwise::tables
