#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "rankwise/dense/row_panel.hpp"
#include "rankwise/ranks/communicator.hpp"

// For the sources of this folder alone.
namespace rankwise::dense {

/// Ranks as BLACS arranges them, row by row.
class Grid {
 public:
  struct Shape {
    int rows = 1;
    int columns = 1;
  };
  /// @pre all ranks have a place. @note Collective
  Grid(const ranks::Communicator& ranks, Shape shape);
  Grid(const Grid&) = delete;
  Grid& operator=(const Grid&) = delete;
  ~Grid();

  /// As near to a square as the number of ranks allows, and rather high than wide: solutions for many right sides, as
  /// an inverse needs, take half the time on 2 × 1 that they take on 1 × 2.
  static Shape squarest(int ranks);

  [[nodiscard]] const int& context() const { return context_; }
  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] const Shape& place() const { return place_; }

 private:
  struct System;

  std::unique_ptr<const System> system_;
  int context_;
  Shape shape_, place_;
};

/// A matrix whose square blocks are dealt out to a grid as ScaLAPACK has them; each rank's part lies column by column.
/// What is a row panel elsewhere is here the transposed matrix: nothing has to be turned.
class BlockCyclic {
 public:
  /// Large enough for dgemm, small enough that all ranks have some of a matrix of a few hundred.
  static constexpr int block = 64;

  BlockCyclic(const Grid& grid, std::uint64_t rows, std::uint64_t columns);
  /// The transposed matrix of a panel. @note Collective
  BlockCyclic(const ranks::Communicator& ranks, const Grid& grid, const RowPanel& panel);
  /// Turns into the transposed matrix.
  /// @param room memory that nobody needs any more: a matrix of fresh memory takes longer than to bring it here
  /// @note Collective
  [[nodiscard]] RowPanel into_transposed_panel(const ranks::Communicator& ranks, std::vector<double> room = {}) &&;

  /// Takes those of another matrix of this size on this grid. @return what was here
  std::vector<double> exchange_values(BlockCyclic&& other) { return std::exchange(values_, std::move(other.values_)); }

  /// One column, from what every rank has of it, and back.
  void set_column(std::span<const double> values);
  /// @note Collective
  [[nodiscard]] std::vector<double> column(const ranks::Communicator& ranks) const;

  [[nodiscard]] int rows() const { return rows_; }
  [[nodiscard]] int columns() const { return columns_; }
  [[nodiscard]] const int* descriptor() const { return descriptor_.data(); }
  double* data() { return values_.data(); }
  [[nodiscard]] const double* data() const { return values_.data(); }
  [[nodiscard]] int local_rows() const { return descriptor_[8]; }

 private:
  template <class Act>
  void for_each_of_column(const Act& act) const;

  const Grid& grid_;
  int rows_, columns_;
  std::array<int, 9> descriptor_{};
  std::vector<double> values_;
};

/// For interfaces whose integers have 32 bits. @throws UsageError if it is larger
int as_int(std::uint64_t number);

}  // namespace rankwise::dense
