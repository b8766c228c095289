#pragma once

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
  /// @pre valid(), min <= value <= max
  [[nodiscard]] std::size_t bin_of(double value) const {
    const std::size_t last = edges_.size() - 2;
    auto bin = static_cast<std::size_t>((value - edges_.front()) * scale_);
    if (bin > last) bin = last;
    while (value < edges_[bin]) --bin;
    while (bin < last && value >= edges_[bin + 1]) ++bin;
    return bin;
  }
  /// Adds the values, but NaN, to the counts of their bins. Counts lie about, so that vectors would gain nothing.
  /// @pre valid() @return whether none was outside of the range: if not, counts are of some of the values
  template <class T>
  [[nodiscard]] bool count(std::span<const T> values, std::span<std::uint64_t> counts) const {
    const double min = edges_.front(), max = edges_.back();
    for (const T value : values) {
      const auto real = static_cast<double>(value);
      if (real >= min && real <= max) {
        ++counts[bin_of(real)];
      } else if (value == value) {
        return false;
      }
    }
    return true;
  }

 private:
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
