#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rankwise/learning/dataset.hpp"

namespace rankwise::learning {

/// What makes each feature of some samples one of mean 0 and variance 1, as scikit-learn's StandardScaler: a feature
/// that is the same everywhere is only moved.
class StandardScale {
 public:
  StandardScale(const Dataset& data, std::span<const std::uint32_t> samples);
  /// The features of samples, moved and scaled, row by row.
  void apply(const Dataset& data, std::span<const std::uint32_t> samples, std::vector<double>& to) const;

 private:
  std::vector<double> means_, deviations_;
};

/// Of all features of some samples together, as numpy.var has it.
/// @param values of all samples, row by row
double variance_of(const double* values, std::uint64_t features, std::span<const std::uint32_t> samples);

}  // namespace rankwise::learning
