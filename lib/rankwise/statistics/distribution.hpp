#pragma once

#include <cstdint>
#include <vector>

#include "rankwise/base/bytes.hpp"
#include "rankwise/engine/context.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/statistics/column_moments.hpp"
#include "rankwise/statistics/histogram.hpp"

namespace rankwise::statistics {

/// What to find out about how the values of each column are distributed.
struct DistributionOptions {
  std::vector<double> quantiles = {};  ///< each from 0 to 1
  std::uint64_t bins = 0;              ///< of a histogram; 0: none

  [[nodiscard]] bool empty() const { return quantiles.empty() && bins == 0; }
};

/// Of one column, NaN left out.
struct Distribution {
  std::uint64_t count = 0;
  std::uint64_t nan = 0;
  std::vector<double> quantiles = {};  ///< one for each asked for; NaN where there are no values
  Histogram histogram = {};
};

/// How much memory the phases take; tests make them small.
struct DistributionLimits {
  Bytes usual_block = mebibytes(4);     ///< of columns that are read whole
  Bytes largest_block = mebibytes(32);  ///< beyond which columns are read in several passes
  Bytes lane_counts = mebibytes(1);     ///< of a lane's values by bins
  Bytes all_counts = mebibytes(16);     ///< of all lanes'
  Bytes collected = mebibytes(4);       ///< values that are brought home and searched there; 8 of each column, if more
  std::uint64_t fewest_bins = 16;       ///< whatever they take
};

/// Exact quantiles and histograms of every column. Columns that fit into a block are read whole, once; others in
/// several passes, which narrow down where the quantiles are until few enough values are left.
/// @param moments what column_moments gave this rank, where it ran before, so that it need not run again
/// @return one per column on rank 0, none elsewhere; a histogram without counts where the column has none with so many
///         bins
/// @throws InputError if there are more columns than rank 0 has memory for
/// @note Collective
std::vector<Distribution> column_distributions(const engine::Context& context, const engine::SharedMatrix& matrix,
                                               const DistributionOptions& options,
                                               const std::vector<ColumnMoments>* moments = nullptr,
                                               const DistributionLimits& limits = {});

}  // namespace rankwise::statistics
