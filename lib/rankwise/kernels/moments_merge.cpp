#include "rankwise/kernels/moments-piece.hpp"

namespace rankwise::kernels {
namespace {

template <class Sum>
double mean(const Moments<Sum>& moments) {
  return mean_of(static_cast<double>(moments.count), moments.sum, moments.min, moments.max);
}

template <class Sum>
void merge_any(Moments<Sum>& left, const Moments<Sum>& right) {
  const std::uint64_t nan = left.nan + right.nan;
  if (left.count == 0) {
    left = right;
  } else if (right.count != 0) {
    const double delta = mean(right) - mean(left);
    const auto left_count = static_cast<double>(left.count), right_count = static_cast<double>(right.count);
    const double between = delta * delta * (left_count * (right_count / (left_count + right_count)));
    left.m2 = one_nan(left.m2 + (right.m2 + between));
    left.count += right.count;
    left.sum += right.sum;
    left.min = lesser(left.min, right.min);
    left.max = greater(left.max, right.max);
    if constexpr (Moments<Sum>::floating) left.sum = one_nan(left.sum);
  }
  left.nan = nan;
}

}  // namespace

void merge(FloatMoments& left, const FloatMoments& right) {
  merge_any(left, right);
}
void merge(IntegerMoments& left, const IntegerMoments& right) {
  merge_any(left, right);
}

}  // namespace rankwise::kernels
