#pragma once

#include <span>

namespace rankwise::app {

/// The mean and standard deviation of a model's scores, as numpy.mean and numpy.std have them.
struct ScoreSummary {
  double mean = 0, deviation = 0;
  explicit ScoreSummary(std::span<const double> scores);
};

}  // namespace rankwise::app
