#pragma once

#include <cstdint>
#include <vector>

namespace rankwise::statistics {

/// Columns a < b, and what is between them.
struct Pair {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  double value = 0;
  friend bool operator==(const Pair&, const Pair&) = default;
};

/// The pairs of largest magnitude among those that are shown, in whatever order. Of equal ones the first columns win.
/// NaN are left out.
class StrongestPairs {
 public:
  explicit StrongestPairs(std::uint64_t most) : most_(most) {}
  void add(const Pair& pair);
  /// Those so far, in whatever order.
  [[nodiscard]] const std::vector<Pair>& pairs() const { return pairs_; }
  /// The strongest first.
  [[nodiscard]] std::vector<Pair> take();

 private:
  std::uint64_t most_;
  std::vector<Pair> pairs_;  // a heap, the weakest on top
};

}  // namespace rankwise::statistics
