#include "rankwise/statistics/distribution.hpp"

#include "rankwise/statistics/passes.hpp"
#include "rankwise/statistics/whole_columns.hpp"

namespace rankwise::statistics {

std::vector<Distribution> column_distributions(const engine::Context& context, const engine::SharedMatrix& matrix,
                                               const DistributionOptions& options,
                                               const std::vector<ColumnMoments>* moments,
                                               const DistributionLimits& limits) {
  if (const auto cut = cut_whole_columns(matrix.info(), limits)) {
    return distributions_of_whole_columns(context, matrix, *cut, options);
  }
  return distributions_in_passes(context, matrix, options, moments, limits);
}

}  // namespace rankwise::statistics
