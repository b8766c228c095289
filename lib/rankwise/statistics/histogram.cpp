#include "rankwise/statistics/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace rankwise::statistics {

EqualBins::EqualBins(double min, double max, std::uint64_t bins) {
  if (min == max) {
    min -= 0.5;
    max += 0.5;
  }
  const double step = (max - min) / static_cast<double>(bins);
  edges_.reserve(bins + 1);
  for (std::uint64_t i = 0; i < bins; ++i) edges_.push_back(static_cast<double>(i) * step + min);
  edges_.push_back(max);
  // A guess that bin_near mends: it has to be a number, where the range is denormal, too.
  scale_ = std::min(static_cast<double>(bins) / (max - min), 0x1p1000);
  valid_ = std::isfinite(max - min) &&
           std::adjacent_find(edges_.begin(), edges_.end(), std::greater_equal<>()) == edges_.end();
}

std::size_t EqualBins::bin_near(std::size_t bin, double value) const {
  const std::size_t bins = edges_.size() - 1;
  while (value < edges_[bin]) {
    if (bin-- == 0) return bins;
  }
  while (value >= edges_[bin + 1]) {
    if (bin + 1 == bins) return value > edges_.back() ? bins : bin;
    ++bin;
  }
  return bin;
}

}  // namespace rankwise::statistics
