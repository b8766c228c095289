#include "rankwise/learning/standard_scale.hpp"

#include <cmath>
#include <limits>

namespace rankwise::learning {

StandardScale::StandardScale(const Dataset& data, std::span<const std::uint32_t> samples)
    : means_(data.features()), deviations_(data.features()) {
  const auto n = static_cast<double>(samples.size());
  for (const std::uint32_t sample : samples) {
    for (std::uint64_t f = 0; f < data.features(); ++f) means_[f] += data.row(sample)[f];
  }
  for (double& mean : means_) mean /= n;
  for (const std::uint32_t sample : samples) {
    for (std::uint64_t f = 0; f < data.features(); ++f) {
      const double deviation = data.row(sample)[f] - means_[f];
      deviations_[f] += deviation * deviation;
    }
  }
  for (std::uint64_t f = 0; f < data.features(); ++f) {
    const double variance = deviations_[f] / n, rounding = n * std::numeric_limits<double>::epsilon();
    const double noise = rounding * variance + (rounding * means_[f]) * (rounding * means_[f]);
    deviations_[f] = variance <= noise ? 1 : std::sqrt(variance);
  }
}

void StandardScale::apply(const Dataset& data, std::span<const std::uint32_t> samples, std::vector<double>& to) const {
  to.resize(samples.size() * data.features());
  double* next = to.data();
  for (const std::uint32_t sample : samples) {
    for (std::uint64_t f = 0; f < data.features(); ++f) *next++ = (data.row(sample)[f] - means_[f]) / deviations_[f];
  }
}

double variance_of(const double* values, std::uint64_t features, std::span<const std::uint32_t> samples) {
  const double n = static_cast<double>(samples.size()) * static_cast<double>(features);
  const auto sum_of = [&](auto&& term) {
    double sum = 0;
    for (const std::uint32_t sample : samples) {
      double of_row = 0;
      for (std::uint64_t f = 0; f < features; ++f) of_row += term(values[sample * features + f]);
      sum += of_row;
    }
    return sum;
  };
  const double mean = sum_of([](double x) { return x; }) / n;
  return sum_of([&](double x) { return (x - mean) * (x - mean); }) / n;
}

}  // namespace rankwise::learning
