#include "rankwise/statistics/strongest_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace rankwise::statistics {
namespace {

bool is_stronger(const Pair& left, const Pair& right) {
  const double mine = std::abs(left.value), other = std::abs(right.value);
  return mine > other || (mine == other && std::tie(left.a, left.b) < std::tie(right.a, right.b));
}

}  // namespace

void StrongestPairs::add(const Pair& pair) {
  if (std::isnan(pair.value) || most_ == 0) return;
  if (pairs_.size() == most_) {
    if (!is_stronger(pair, pairs_.front())) return;
    std::pop_heap(pairs_.begin(), pairs_.end(), is_stronger);
    pairs_.pop_back();
  }
  pairs_.push_back(pair);
  std::push_heap(pairs_.begin(), pairs_.end(), is_stronger);
}

std::vector<Pair> StrongestPairs::take() {
  std::sort_heap(pairs_.begin(), pairs_.end(), is_stronger);
  return std::exchange(pairs_, {});
}

}  // namespace rankwise::statistics
