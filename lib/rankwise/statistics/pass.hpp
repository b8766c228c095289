#pragma once

#include <string>
#include <vector>

#include "rankwise/base/errors.hpp"
#include "rankwise/engine/identity.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/statistics/cut.hpp"
#include "rankwise/statistics/intervals.hpp"
#include "rankwise/statistics/order_key.hpp"
#include "rankwise/statistics/tile_columns.hpp"

namespace rankwise::statistics {

/// For a pass that does not find what one before it has found, in this run or in that of the checkpoint.
InputError changed_meanwhile(const storage::MatrixInfo& info);

/// What the jobs that pass over a matrix have in common: a lane is a run of columns, a step a run of rows.
class Pass {
 public:
  Pass(const engine::SharedMatrix& matrix, const MatrixCut& cut) : matrix_(matrix), cut_(cut) {}

  [[nodiscard]] blocks::Grid grid() const { return cut_.grid(); }
  void announce(blocks::Block block) const { matrix_.reader().announce(cut_.region_of(block)); }
  [[nodiscard]] Bytes block_bytes() const { return bytes_at_hand(matrix_.info(), cut_.lane_columns, cut_.step_rows); }

 protected:
  [[nodiscard]] engine::Identity identity_of(const std::string& method, const std::string& options) const;
  [[nodiscard]] blocks::Range columns_of(std::uint64_t lane) const { return cut_.region_of({lane, 0}).columns; }
  [[nodiscard]] const storage::MatrixInfo& info() const { return matrix_.info(); }
  void read(blocks::Block block, storage::Tile& tile) const { matrix_.reader().read(cut_.region_of(block), tile); }

 private:
  const engine::SharedMatrix& matrix_;
  MatrixCut cut_;
};

/// Finds the values of an interval of keys among those of a column.
template <class T>
class KeysInside {
 public:
  /// Calls act(key) for each value whose key is in the interval. NaN have keys beyond those of infinities.
  /// @param few whether most values are outside, as far as one knows
  template <class Act>
  void each(std::span<const T> values, const Interval& interval, bool few, Act act) {
    if (few) values = keep(values, interval);
    const std::uint64_t width = interval.high - interval.low;
    for (const T value : values) {
      const std::uint64_t key = order_key(value);
      if (key - interval.low <= width) act(key);
    }
  }

 private:
  std::span<const T> keep(std::span<const T> values, const Interval& interval);

  std::vector<T> kept_;
};

/// What one thread works with for columns of one type.
template <class T>
struct PassBench {
  TileColumns<T> columns;
  KeysInside<T> keys;
};

struct PassScratch {
  storage::Tile tile;
  PerType<PassBench> benches;
};

/// Calls act(column, values, keys) for each column of a block.
template <class Act>
void each_column(PassScratch& scratch, Act act) {
  storage::with_type(scratch.tile.type(), [&]<class T>(T) {
    auto& bench = std::get<PassBench<T>>(scratch.benches);
    bench.columns.each(scratch.tile, [&](std::uint64_t c, std::span<const T> values) { act(c, values, bench.keys); });
  });
}

}  // namespace rankwise::statistics
