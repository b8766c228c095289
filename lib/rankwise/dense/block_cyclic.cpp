#include "rankwise/dense/block_cyclic.hpp"

#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <limits>

#include "rankwise/base/errors.hpp"
#include "rankwise/dense/routines.hpp"
#include "rankwise/ranks/mpi_communicator.hpp"

namespace rankwise::dense {
namespace {

constexpr int zero = 0;

using Descriptor = std::array<int, 9>;

Descriptor describe(const Grid& grid, int rows, int columns, int row_block, int column_block) {
  Descriptor descriptor{};
  const int mine = routines().numroc(&rows, &row_block, &grid.place().rows, &zero, &grid.shape().rows);
  const int leading = std::max(1, mine);
  int info = 0;
  routines().descinit(descriptor.data(), &rows, &columns, &row_block, &column_block, &zero, &zero, &grid.context(),
                      &leading, &info);
  if (info != 0) throw MpiError(fmt::format("ScaLAPACK takes no such matrix: argument {} of descinit", -info));
  return descriptor;
}

/// The transposed matrix of a row panel is one of whole columns.
Descriptor describe_panel(const ranks::Communicator& ranks, const Grid& in_line, std::uint64_t rows,
                          std::uint64_t columns) {
  return describe(in_line, as_int(columns), as_int(rows), std::max(1, as_int(columns)),
                  as_int(RowPanel::height(ranks, rows)));
}

}  // namespace

int as_int(std::uint64_t number) {
  if (number > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
    throw UsageError(fmt::format("{} rows, columns or elements of one rank are more than ScaLAPACK can count", number));
  }
  return static_cast<int>(number);
}

Grid::Shape Grid::squarest(int ranks) {
  int rows = 1;
  for (int r = 1; r * r <= ranks; ++r) {
    if (ranks % r == 0) rows = r;
  }
  return {rows, ranks / rows};
}

/// What BLACS talks through: a communicator of its own, whose errors end all ranks, as it does not look at them. It
/// knows one by one number, however often it is told.
struct Grid::System {
  explicit System(const ranks::Communicator& ranks) {
    MPI_Comm_dup(ranks::mpi_communicator(ranks), &communicator);
    MPI_Comm_set_errhandler(communicator, MPI_ERRORS_ARE_FATAL);
    handle = routines().sys2blacs_handle(communicator);
  }
  System(const System&) = delete;
  System& operator=(const System&) = delete;
  ~System() {
    routines().free_blacs_system_handle(handle);
    MPI_Comm_free(&communicator);
  }
  MPI_Comm communicator = MPI_COMM_NULL;
  int handle = 0;
};

Grid::Grid(const ranks::Communicator& ranks, Shape shape)
    : system_(std::make_shared<const System>(ranks)), shape_(shape) {
  open();
}

Grid::Grid(const Grid& other, Shape shape) : system_(other.system_), shape_(shape) {
  open();
}

void Grid::open() {
  context_ = system_->handle;
  routines().blacs_gridinit(&context_, "Row", shape_.rows, shape_.columns);
  int rows = 0, columns = 0;
  routines().blacs_gridinfo(context_, &rows, &columns, &place_.rows, &place_.columns);
}

Grid::~Grid() {
  routines().blacs_gridexit(context_);
}

BlockCyclic::BlockCyclic(const Grid& grid, std::uint64_t rows, std::uint64_t columns)
    : grid_(grid), rows_(as_int(rows)), columns_(as_int(columns)) {
  descriptor_ = describe(grid, rows_, columns_, block, block);
  const int block_size = block;
  const int mine = routines().numroc(&columns_, &block_size, &grid.place().columns, &zero, &grid.shape().columns);
  const std::uint64_t size = static_cast<std::uint64_t>(descriptor_[8]) * static_cast<std::uint64_t>(std::max(1, mine));
  values_.resize(static_cast<std::size_t>(as_int(size)));
}

BlockCyclic::BlockCyclic(const ranks::Communicator& ranks, const Grid& grid, const RowPanel& panel)
    : BlockCyclic(grid, panel.columns, panel.rows) {
  const Grid in_line(grid, {.rows = 1, .columns = ranks.size()});
  const Descriptor from = describe_panel(ranks, in_line, panel.rows, panel.columns);
  if (rows_ == 0 || columns_ == 0) return;
  routines().pdgemr2d(rows_, columns_, panel.values.data(), 1, 1, from.data(), values_.data(), 1, 1, descriptor_.data(),
                      grid.context());
}

/// act(row, place in memory) for what this rank has of the first column.
template <class Act>
void BlockCyclic::for_each_of_column(const Act& act) const {
  if (grid_.place().columns != 0) return;
  const std::size_t size = block, high = static_cast<std::size_t>(grid_.shape().rows);
  const auto mine = static_cast<std::size_t>(grid_.place().rows), rows = static_cast<std::size_t>(rows_);
  for (std::size_t local = 0;; ++local) {
    const std::size_t row = (local / size * high + mine) * size + local % size;
    if (row >= rows) return;
    act(row, local);
  }
}

void BlockCyclic::set_column(std::span<const double> values) {
  for_each_of_column([&](std::size_t row, std::size_t place) { values_[place] = values[row]; });
}

std::vector<double> BlockCyclic::column(const ranks::Communicator& ranks) const {
  std::vector<double> mine(static_cast<std::size_t>(rows_));
  for_each_of_column([&](std::size_t row, std::size_t place) { mine[row] = values_[place]; });
  return sum(ranks, std::move(mine));
}

RowPanel BlockCyclic::transposed_panel(const ranks::Communicator& ranks) const {
  RowPanel panel(ranks, static_cast<std::uint64_t>(columns_), static_cast<std::uint64_t>(rows_));
  panel.values.resize(panel.mine.size() * panel.columns);
  const Grid in_line(grid_, {.rows = 1, .columns = ranks.size()});
  const Descriptor to = describe_panel(ranks, in_line, panel.rows, panel.columns);
  if (rows_ > 0 && columns_ > 0) {
    routines().pdgemr2d(rows_, columns_, values_.data(), 1, 1, descriptor_.data(), panel.values.data(), 1, 1, to.data(),
                        grid_.context());
  }
  return panel;
}

}  // namespace rankwise::dense
