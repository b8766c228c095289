#include "apps/rankwise/score_summary.hpp"

#include <cmath>

namespace rankwise::app {

ScoreSummary::ScoreSummary(std::span<const double> scores) {
  const auto n = static_cast<double>(scores.size());
  for (const double score : scores) mean += score;
  mean /= n;
  for (const double score : scores) deviation += (score - mean) * (score - mean);
  deviation = std::sqrt(deviation / n);
}

}  // namespace rankwise::app
