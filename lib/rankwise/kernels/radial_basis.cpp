#include "rankwise/kernels/radial_basis.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/radial_basis.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

#include "rankwise/kernels/exponential-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {

#ifdef RANKWISE_HAVE_LANES

using Floats = hn::Rebind<float, Doubles>;

struct Radial {
  Lanes square, minus_gamma;
  HWY_INLINE hn::Vec<Floats> of(const double* products, const double* squares) const {
    const Lanes distance = square + Lanes::load(squares) - Lanes(2) * Lanes::load(products);
    return hn::DemoteTo(Floats(), exponential_for_float32(minus_gamma * distance).raw);
  }
};

#endif

}  // namespace

void RadialBasis(const double* products, double square, const double* squares, double gamma, std::size_t size,
                 float* to) {
#ifdef RANKWISE_HAVE_LANES
  const Radial radial{Lanes(square), Lanes(-gamma)};
  std::size_t i = 0;
  for (; i + Lanes::count <= size; i += Lanes::count) {
    hn::StoreU(radial.of(products + i, squares + i), Floats(), to + i);
  }
  if (i == size) return;
  alignas(HWY_MAX_BYTES) double some_products[Lanes::count] = {}, some_squares[Lanes::count] = {};
  alignas(HWY_MAX_BYTES) float some[Lanes::count];
  std::copy_n(products + i, size - i, some_products);
  std::copy_n(squares + i, size - i, some_squares);
  hn::StoreU(radial.of(some_products, some_squares), Floats(), some);
  std::copy_n(some, size - i, to + i);
#else
  reference::radial_basis(products, square, squares, gamma, size, to);
#endif
}

void SubtractScaled(const float* values, double weight, std::size_t size, double* sums) {
  std::size_t i = 0;
#ifdef RANKWISE_HAVE_LANES
  for (; i + Lanes::count <= size; i += Lanes::count) {
    const Lanes wide(hn::PromoteTo(Doubles(), hn::LoadU(Floats(), values + i)));
    (Lanes::load(sums + i) - Lanes(weight) * wide).store(sums + i);
  }
#endif
  reference::subtract_scaled(values + i, weight, size - i, sums + i);
}

}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rankwise::kernels {

HWY_EXPORT(RadialBasis);
HWY_EXPORT(SubtractScaled);

void radial_basis(const double* products, double square, const double* squares, double gamma, std::size_t size,
                  float* to) {
  HWY_DYNAMIC_DISPATCH(RadialBasis)(products, square, squares, gamma, size, to);
}

void subtract_scaled(const float* values, double weight, std::size_t size, double* sums) {
  HWY_DYNAMIC_DISPATCH(SubtractScaled)(values, weight, size, sums);
}

}  // namespace rankwise::kernels
#endif
