#pragma once

#include <cstdint>
#include <span>
#include <tuple>

#include "rankwise/kernels/products.hpp"

// For the sources of this folder alone.

namespace rankwise::kernels {

template <class T>
using TakeDeviations = void (*)(const TileView<T>&, std::span<const double>, Deviations&);

/// What a target offers.
struct ProductsKernels {
  std::tuple<TakeDeviations<double>, TakeDeviations<float>, TakeDeviations<std::int8_t>, TakeDeviations<std::int16_t>,
             TakeDeviations<std::int32_t>, TakeDeviations<std::int64_t>, TakeDeviations<std::uint8_t>,
             TakeDeviations<std::uint16_t>, TakeDeviations<std::uint32_t>, TakeDeviations<std::uint64_t>>
      take;
  void (*add)(const DeviationsView&, const DeviationsView&, Wanted, std::span<double>);
};

}  // namespace rankwise::kernels

/// take_deviations for each type of value; within the namespace that has it.
#define RANKWISE_INSTANTIATE_DEVIATIONS()           \
  RANKWISE_INSTANTIATE_DEVIATIONS_OF(double)        \
  RANKWISE_INSTANTIATE_DEVIATIONS_OF(float)         \
  RANKWISE_INSTANTIATE_DEVIATIONS_OF(std::int8_t)   \
  RANKWISE_INSTANTIATE_DEVIATIONS_OF(std::int16_t)  \
  RANKWISE_INSTANTIATE_DEVIATIONS_OF(std::int32_t)  \
  RANKWISE_INSTANTIATE_DEVIATIONS_OF(std::int64_t)  \
  RANKWISE_INSTANTIATE_DEVIATIONS_OF(std::uint8_t)  \
  RANKWISE_INSTANTIATE_DEVIATIONS_OF(std::uint16_t) \
  RANKWISE_INSTANTIATE_DEVIATIONS_OF(std::uint32_t) \
  RANKWISE_INSTANTIATE_DEVIATIONS_OF(std::uint64_t)
#define RANKWISE_INSTANTIATE_DEVIATIONS_OF(T) \
  template void take_deviations(const TileView<T>&, std::span<const double>, Deviations&);
