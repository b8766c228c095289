#include "rankwise/dense/block_cyclic.hpp"

#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <limits>

#include "rankwise/base/errors.hpp"
#include "rankwise/dense/large_pages.hpp"
#include "rankwise/dense/routines.hpp"
#include "rankwise/ranks/collectives.hpp"
#include "rankwise/ranks/mpi_communicator.hpp"

namespace rankwise::dense {
namespace {

constexpr int zero = 0;

using Descriptor = std::array<int, 9>;

Descriptor describe(const Grid& grid, int rows, int columns) {
  constexpr int block = BlockCyclic::block;
  Descriptor descriptor{};
  const int mine = routines().numroc(&rows, &block, &grid.place().rows, &zero, &grid.shape().rows);
  const int leading = std::max(1, mine);
  int info = 0;
  routines().descinit(descriptor.data(), &rows, &columns, &block, &block, &zero, &zero, &grid.context(), &leading,
                      &info);
  if (info != 0) throw MpiError(fmt::format("ScaLAPACK takes no such matrix: argument {} of descinit", -info));
  return descriptor;
}

}  // namespace

int as_int(std::uint64_t number) {
  if (number > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
    throw UsageError(fmt::format("{} rows, columns or elements of one rank are more than ScaLAPACK can count", number));
  }
  return static_cast<int>(number);
}

Grid::Shape Grid::squarest(int ranks) {
  int columns = 1;
  for (int c = 1; c * c <= ranks; ++c) {
    if (ranks % c == 0) columns = c;
  }
  return {ranks / columns, columns};
}

/// What BLACS talks through: a communicator of its own, whose errors end all ranks, as it does not look at them.
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
    : system_(std::make_unique<const System>(ranks)), context_(system_->handle), shape_(shape) {
  routines().blacs_gridinit(&context_, "Row", shape_.rows, shape_.columns);
  int rows = 0, columns = 0;
  routines().blacs_gridinfo(context_, &rows, &columns, &place_.rows, &place_.columns);
}

Grid::~Grid() {
  routines().blacs_gridexit(context_);
}

BlockCyclic::BlockCyclic(const Grid& grid, std::uint64_t rows, std::uint64_t columns)
    : grid_(grid), rows_(as_int(rows)), columns_(as_int(columns)) {
  descriptor_ = describe(grid, rows_, columns_);
  const int block_size = block;
  const int mine = routines().numroc(&columns_, &block_size, &grid.place().columns, &zero, &grid.shape().columns);
  const std::uint64_t size = static_cast<std::uint64_t>(descriptor_[8]) * static_cast<std::uint64_t>(std::max(1, mine));
  values_ = zeros_in_large_pages(static_cast<std::size_t>(as_int(size)));
}

namespace {

/// Whether blocks deal row or column `index` to this place of so many.
bool is_dealt(std::uint64_t index, int place, int places) {
  return index / BlockCyclic::block % static_cast<std::uint64_t>(places) == static_cast<std::uint64_t>(place);
}

std::uint64_t count_dealt(blocks::Range range, int place, int places) {
  std::uint64_t count = 0;
  for (std::uint64_t i = range.begin; i < range.end; ++i) count += is_dealt(i, place, places) ? 1 : 0;
  return count;
}

/// What each rank has of another one's panel, and where. A panel's rows are columns of the blocks' matrix, which lie
/// one behind another there: what comes from one panel, or goes there, is one run of a rank's memory. In the panel it
/// is many short ones.
class Deal {
 public:
  Deal(const ranks::Communicator& ranks, const Grid& grid, const RowPanel& panel) : grid_(grid), panel_(panel) {
    const std::uint64_t height = RowPanel::height(ranks, panel.rows);
    for (int rank = 0; rank < ranks.size(); ++rank) {
      const std::uint64_t begin = std::min(panel.rows, static_cast<std::uint64_t>(rank) * height);
      const blocks::Range theirs{begin, std::min(panel.rows, begin + height)};
      const auto count = [&](const blocks::Range& rows, const Grid::Shape& place) {
        return count_dealt(rows, place.columns, grid.shape().columns) *
               count_dealt({0, panel.columns}, place.rows, grid.shape().rows);
      };
      in_panel_.push_back(count(panel.mine, place_of(rank)));
      in_blocks_.push_back(count(theirs, grid.place()));
    }
  }

  /// How many elements of this rank's panel each rank has in blocks.
  [[nodiscard]] const std::vector<std::uint64_t>& in_panel() const { return in_panel_; }
  /// How many of this rank's elements in blocks are of each rank's panel.
  [[nodiscard]] const std::vector<std::uint64_t>& in_blocks() const { return in_blocks_; }

  /// act(place in the panel, place among what all ranks have of it in rank order, size) for each run of elements.
  template <class Act>
  void for_each_run(const Act& act) const {
    constexpr std::uint64_t block = BlockCyclic::block;
    std::uint64_t done = 0;
    for (int rank = 0; rank < static_cast<int>(in_panel_.size()); ++rank) {
      const Grid::Shape place = place_of(rank);
      for (std::uint64_t row = panel_.mine.begin; row < panel_.mine.end; ++row) {
        if (!is_dealt(row, place.columns, grid_.shape().columns)) continue;
        for (std::uint64_t c = block * static_cast<std::uint64_t>(place.rows); c < panel_.columns;
             c += block * static_cast<std::uint64_t>(grid_.shape().rows)) {
          const std::uint64_t size = std::min(block, panel_.columns - c);
          act((row - panel_.mine.begin) * panel_.columns + c, done, size);
          done += size;
        }
      }
    }
  }

 private:
  [[nodiscard]] Grid::Shape place_of(int rank) const {
    return {rank / grid_.shape().columns, rank % grid_.shape().columns};
  }

  const Grid& grid_;
  const RowPanel& panel_;
  std::vector<std::uint64_t> in_panel_, in_blocks_;
};

}  // namespace

BlockCyclic::BlockCyclic(const ranks::Communicator& ranks, const Grid& grid, const RowPanel& panel)
    : BlockCyclic(grid, panel.columns, panel.rows) {
  const Deal deal(ranks, grid_, panel);
  std::vector<double> ordered = zeros_in_large_pages(panel.elements().size());
  deal.for_each_run([&](std::uint64_t in_panel, std::uint64_t in_order, std::uint64_t size) {
    std::copy_n(panel.elements().data() + in_panel, size, ordered.data() + in_order);
  });
  ranks::exchange<double>(ranks, ordered, deal.in_panel(), values_, deal.in_blocks());
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

RowPanel BlockCyclic::into_transposed_panel(const ranks::Communicator& ranks, std::vector<double> room) && {
  RowPanel panel(ranks, static_cast<std::uint64_t>(columns_), static_cast<std::uint64_t>(rows_));
  const Deal deal(ranks, grid_, panel);
  room.resize(panel.mine.size() * panel.columns);
  ranks::exchange<double>(ranks, values_, deal.in_blocks(), room, deal.in_panel());
  values_.resize(room.size());
  deal.for_each_run([&](std::uint64_t in_panel, std::uint64_t in_order, std::uint64_t size) {
    std::copy_n(room.data() + in_order, size, values_.data() + in_panel);
  });
  panel.values = std::move(values_);
  return panel;
}

}  // namespace rankwise::dense
