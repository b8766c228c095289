#include "rankwise/kernels/purities.hpp"

#include <algorithm>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/purities.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE

void Purities(const std::uint32_t* weights, std::size_t ranks, const double* totals, std::size_t stride,
              double* purities) {
  reference::purities(weights, ranks, totals, stride, purities);
}

#else

namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Doubles = hn::CappedTag<double, class_stride>;
constexpr std::size_t lanes = hn::MaxLanes(Doubles());

/// Sums of whole numbers are exact, and so the same in any order.
double sum(hn::Vec<Doubles> values) {
  return hn::GetLane(hn::SumOfLanes(Doubles(), values));
}

/// As doubles: by way of int32, which every target can promote.
hn::Vec<Doubles> LoadWeights(const std::uint32_t* weights) {
  const hn::Rebind<std::int32_t, Doubles> narrow;
  return hn::PromoteTo(Doubles(), hn::LoadU(narrow, reinterpret_cast<const std::int32_t*>(weights)));
}

}  // namespace

void Purities(const std::uint32_t* weights, std::size_t ranks, const double* totals, std::size_t stride,
              double* purities) {
  const Doubles d;
  constexpr std::size_t most_on_the_stack = 256;
  alignas(64) double few[most_on_the_stack];
  std::vector<double> many(stride > most_on_the_stack ? stride : 0);
  double* below = many.empty() ? few : many.data();
  std::fill_n(below, stride, 0.0);
  for (std::size_t r = 0; r < ranks; ++r) {
    auto weight = hn::Zero(d), squares = hn::Zero(d), rest = hn::Zero(d), rest_squares = hn::Zero(d);
    for (std::size_t k = 0; k < stride; k += lanes) {
      const auto under = hn::Add(hn::LoadU(d, below + k), LoadWeights(weights + r * stride + k));
      const auto over = hn::Sub(hn::LoadU(d, totals + k), under);
      hn::StoreU(under, d, below + k);
      weight = hn::Add(weight, under);
      squares = hn::MulAdd(under, under, squares);
      rest = hn::Add(rest, over);
      rest_squares = hn::MulAdd(over, over, rest_squares);
    }
    purities[r] = sum(squares) / sum(weight) + sum(rest_squares) / sum(rest);
  }
}

#endif

}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rankwise::kernels {

HWY_EXPORT(Purities);

void purities(const std::uint32_t* weights, std::size_t ranks, const double* totals, std::size_t stride,
              double* purities) {
  HWY_DYNAMIC_DISPATCH(Purities)(weights, ranks, totals, stride, purities);
}

}  // namespace rankwise::kernels
#endif
