#include "rankwise/statistics/plan.hpp"

#include <algorithm>

#include "rankwise/statistics/column_moments.hpp"
#include "rankwise/statistics/cut.hpp"
#include "rankwise/statistics/whole_columns.hpp"

namespace rankwise::statistics {

StatisticsPlan plan_statistics(const engine::Context& context, const engine::SharedMatrix& matrix, bool moments,
                               const DistributionOptions& distributions, const DistributionLimits& limits) {
  StatisticsPlan plan;
  const storage::MatrixInfo& info = matrix.info();
  const auto add = [&](const engine::PhasePlan& phase, const MatrixCut& cut) {
    const std::uint64_t reads = reads_of_a_chunk(info, cut);
    plan.phases.push_back(phase);
    plan.reads_of_a_chunk = std::max(plan.reads_of_a_chunk, reads);
    plan.to_read.value += info.stored.value * reads;
  };
  const auto whole = distributions.empty() ? std::nullopt : cut_whole_columns(info, limits);
  plan.searches = !distributions.empty() && !whole;
  if (moments || plan.searches) add(plan_moments(context, matrix), cut_matrix(info));
  if (whole) add(plan_whole_columns(context, matrix, *whole, distributions), *whole);
  return plan;
}

}  // namespace rankwise::statistics
