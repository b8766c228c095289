#include "rankwise/statistics/distribution.hpp"

#include "rankwise/ranks/agreement.hpp"
#include "rankwise/statistics/passes.hpp"
#include "rankwise/statistics/room.hpp"
#include "rankwise/statistics/whole_columns.hpp"

namespace rankwise::statistics {

std::vector<Distribution> column_distributions(const engine::Context& context, const engine::SharedMatrix& matrix,
                                               const DistributionOptions& options,
                                               const std::vector<ColumnMoments>* moments,
                                               const DistributionLimits& limits) {
  // Measured: the program's peak with --json, by columns without elements.
  const std::uint64_t bytes = 640 + 64 * options.quantiles.size() + (options.bins > 0 ? 400 + 100 * options.bins : 0);
  ranks::agree(context.ranks(), [&] {
    if (context.ranks().is_root()) check_room_for_results(matrix.info(), {bytes});
  });
  if (const auto cut = cut_whole_columns(matrix.info(), limits)) {
    return distributions_of_whole_columns(context, matrix, *cut, options);
  }
  return distributions_in_passes(context, matrix, options, moments, limits);
}

}  // namespace rankwise::statistics
