#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rankwise::statistics {

/// Equally wide bins from the least value to the greatest, as NumPy's histogram has them: a bin holds its lower edge,
/// the last one both. Equal values lie in the middle of a range of width 1.
class EqualBins {
 public:
  /// @pre min <= max, bins > 0
  EqualBins(double min, double max, std::uint64_t bins);

  /// Whether the range is finite and each edge greater than the one before.
  [[nodiscard]] bool valid() const { return valid_; }
  /// NumPy's linspace: one more than bins.
  [[nodiscard]] const std::vector<double>& edges() const { return edges_; }
  /// Adds the values, but NaN, to the counts of their bins. Counts lie about, so that vectors would gain nothing.
  /// @pre valid() @return whether none was outside of the range: if not, counts are of some of the values
  template <class T>
  [[nodiscard]] bool count(std::span<const T> values, std::span<std::uint64_t> counts) const {
    const double* const edges = edges_.data();
    const double min = edges_.front(), last = static_cast<double>(edges_.size() - 2), scale = scale_;
    for (const T value : values) {
      const auto real = static_cast<double>(value);
      if (real != real) continue;
      auto bin = static_cast<std::size_t>(static_cast<std::int64_t>(std::clamp((real - min) * scale, 0.0, last)));
      if (real < edges[bin] || real >= edges[bin + 1]) bin = bin_near(bin, real);
      if (bin >= counts.size()) return false;
      ++counts[bin];
    }
    return true;
  }

 private:
  /// Where rounding has led beside the bin, or the range ends. @return the number of bins if the value is outside
  [[nodiscard]] std::size_t bin_near(std::size_t bin, double value) const;

  std::vector<double> edges_;
  double scale_ = 0;
  bool valid_ = true;
};

/// How many values of a column lie in each bin of its range.
struct Histogram {
  double min = 0;  ///< of the values; 0 and 1 where there are none
  double max = 1;
  std::vector<std::uint64_t> counts;

  [[nodiscard]] EqualBins bins() const { return {min, max, counts.size()}; }
};

}  // namespace rankwise::statistics
