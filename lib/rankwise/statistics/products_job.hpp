#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rankwise/engine/job.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/kernels/products.hpp"
#include "rankwise/statistics/pair_cut.hpp"

// For the sources of this folder alone.
namespace rankwise::statistics {

/// Sums of products of the columns' deviations from their centres, for a run of the cut's lanes. A partial result is
/// what kernels::add_products leaves for a lane's pair of panels: only the upper half where both are the same.
class ProductsJob {
 public:
  using Partial = std::vector<double>;
  struct Scratch {
    storage::Tile left_tile, right_tile;
    kernels::Deviations left, right;
  };

  ProductsJob(const engine::SharedMatrix& matrix, const PairCut& cut, std::span<const double> centres,
              blocks::Range lanes)
      : matrix_(matrix), cut_(cut), centres_(centres), lanes_(lanes) {}

  [[nodiscard]] engine::Identity identity() const;
  [[nodiscard]] blocks::Grid grid() const { return {.lanes = lanes_.size(), .steps = cut_.grid().steps}; }
  [[nodiscard]] Bytes partial_bytes() const;
  [[nodiscard]] Bytes block_bytes() const;
  void announce(blocks::Block block) const;
  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const;
  void merge(Partial& left, const Partial& right) const;
  static void encode(const Partial& sums, ByteWriter& out) { out.put_vector(sums); }
  static Partial decode(ByteReader& in) { return in.get_vector<double>(); }
  [[nodiscard]] bool fits(const Partial& sums, std::uint64_t lane) const { return sums.size() == sums_of(lane); }

 private:
  [[nodiscard]] std::size_t sums_of(std::uint64_t lane) const;

  const engine::SharedMatrix& matrix_;
  const PairCut& cut_;
  std::span<const double> centres_;
  blocks::Range lanes_;
};

}  // namespace rankwise::statistics
