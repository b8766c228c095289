#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/plan.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/statistics/pair_cut.hpp"
#include "rankwise/statistics/strongest_pairs.hpp"
#include "rankwise/statistics/summary.hpp"

namespace rankwise::statistics {

struct CorrelationOptions {
  bool covariance = false;
  std::uint64_t ddof = 0;                       ///< the divisor of covariances is rows - ddof, as in NumPy
  NanPolicy nan_policy = NanPolicy::propagate;  ///< or raise
  std::uint64_t strongest = 10;                 ///< how many pairs to tell
  PairCutOptions cut = {};
  /// Called on every rank before a phase, with the share of all work that lies before and after it.
  std::function<void(double begin, double end)> before_phase = {};
};

/// A rectangle of the result, on the diagonal or above it: rows × columns values, row after row.
struct CorrelationBlock {
  blocks::Range rows;
  blocks::Range columns;
  std::span<const double> values;
};

/// Where the blocks go, which cover the upper triangle, panel by panel. On rank 0.
struct CorrelationSink {
  std::function<void(const CorrelationBlock&)> write;
  /// All that was written is durable afterwards; for checkpoints.
  std::function<void()> make_durable = {};
};

struct Correlation {
  std::vector<Pair> strongest = {};
  std::uint64_t constant_columns = 0;  ///< whose correlations are NaN
  std::uint64_t columns_with_nan = 0;
  /// Of the kind, the shape, the names, and the digests of the blocks in their order, each of its values on and above
  /// the diagonal, row by row.
  std::string digest = {};
};

/// Pearson's correlations, or covariances, of all pairs of columns.
///
/// A first pass gives the means; a second one sums the products of deviations from them, for one pair of panels of
/// columns at a time. What rounding takes from the means, n · lack_a · lack_b, is taken from the sums again. A column's
/// variance is that of `column_moments`.
///
/// A column with NaN or an infinity has NaN everywhere, and so have correlations with a column of equal values. Other
/// correlations lie between -1 and 1, and are 1 on the diagonal. A covariance is NaN unless there are more rows than
/// `ddof`.
/// With a checkpoint, blocks that an earlier run wrote and made durable are not written again.
/// @return complete on rank 0 alone
/// @throws ranks::AgreedError
/// @note Collective
Correlation correlate(const engine::Context& context, const engine::SharedMatrix& matrix,
                      const CorrelationOptions& options, const CorrelationSink& sink);

/// What correlate would do: the first pass and the first strip of the second.
struct CorrelationPlan {
  std::vector<engine::PhasePlan> phases = {};
  std::uint64_t strips = 1;  ///< phases of the second pass
  Bytes to_read = {};        ///< in all
};

/// @throws UsageError if a block does not fit into the memory that the user grants
CorrelationPlan plan_correlation(const engine::Context& context, const engine::SharedMatrix& matrix,
                                 const CorrelationOptions& options);

}  // namespace rankwise::statistics
