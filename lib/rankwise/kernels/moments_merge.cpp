#include "rankwise/kernels/moments-piece.hpp"

namespace rankwise::kernels {
namespace {

template <class Sum>
void merge_any(Moments<Sum>& left, const Moments<Sum>& right) {
  append(left, right);
  unite_nan(left);
}

}  // namespace

void merge(FloatMoments& left, const FloatMoments& right) {
  merge_any(left, right);
}
void merge(IntegerMoments& left, const IntegerMoments& right) {
  merge_any(left, right);
}

}  // namespace rankwise::kernels
