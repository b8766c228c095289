#include "rankwise/kernels/between.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <type_traits>

#include "rankwise/kernels/value_types.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/between.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

#ifndef RANKWISE_BETWEEN_TABLE
#define RANKWISE_BETWEEN_TABLE
namespace rankwise::kernels {

template <class T>
struct BetweenKernels {
  Between (*keep)(const T*, std::size_t, T, T, T*);
  std::size_t (*nan)(const T*, std::size_t);
};

using AllBetweenKernels =
    std::tuple<BetweenKernels<double>, BetweenKernels<float>, BetweenKernels<std::int8_t>, BetweenKernels<std::int16_t>,
               BetweenKernels<std::int32_t>, BetweenKernels<std::int64_t>, BetweenKernels<std::uint8_t>,
               BetweenKernels<std::uint16_t>, BetweenKernels<std::uint32_t>, BetweenKernels<std::uint64_t>>;

}  // namespace rankwise::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR

/// Highway compares integers with Lt and Gt alone; with floating-point values NaN are not inside either.
template <class V>
auto IsInside(V value, V lowest, V highest) {
  if constexpr (std::is_floating_point_v<hn::TFromV<V>>) {
    return hn::And(hn::Ge(value, lowest), hn::Le(value, highest));
  } else {
    return hn::Not(hn::Or(hn::Lt(value, lowest), hn::Gt(value, highest)));
  }
}

/// A bit for each lane, the first one lowest.
template <class D, class M>
std::uint64_t BitsOf(D d, M mask) {
  HWY_ALIGN std::array<std::uint8_t, 8> bytes{};
  hn::StoreMaskBits(d, mask, bytes.data());
  if (hn::Lanes(d) <= 8) return bytes[0];
  std::uint64_t bits = 0;
  std::memcpy(&bits, bytes.data(), hn::Lanes(d) / 8);
  return bits;
}

/// Where vectors say which values are wanted, they are fetched one by one: they are few. Highway's Compress copies a
/// table to the stack each time when GCC compiles it, and knows no bytes.
template <class T>
Between KeepBetween(const T* values, std::size_t size, T low, T high, T* kept) {
  const hn::CappedTag<T, 64> d;
  const std::size_t lanes = hn::Lanes(d), whole = size / 64 * 64;
  const auto lowest = hn::Set(d, low), highest = hn::Set(d, high);
  std::size_t below = 0, inside = 0;
  for (std::size_t i = 0; i < whole; i += 64) {
    std::uint64_t wanted = 0;
    for (std::size_t j = 0; j < 64; j += lanes) {
      const auto value = hn::LoadU(d, values + i + j);
      below += hn::CountTrue(d, hn::Lt(value, lowest));
      wanted |= BitsOf(d, IsInside(value, lowest, highest)) << j;
    }
    for (; wanted != 0; wanted &= wanted - 1) {
      kept[inside++] = values[i + hwy::Num0BitsBelowLS1Bit_Nonzero64(wanted)];
    }
  }
  const Between rest = reference::keep_between(values + whole, size - whole, low, high, kept + inside);
  return {below + rest.below, inside + rest.inside};
}

template <class T>
std::size_t CountNan(const T* values, std::size_t size) {
  const hn::ScalableTag<T> d;
  const std::size_t lanes = hn::Lanes(d), whole = size / lanes * lanes;
  std::size_t nan = 0;
  for (std::size_t i = 0; i < whole; i += lanes) nan += hn::CountTrue(d, hn::IsNaN(hn::LoadU(d, values + i)));
  return nan + reference::count_nan(values + whole, size - whole);
}

#endif

template <class T>
constexpr BetweenKernels<T> KernelsOf() {
#if HWY_TARGET != HWY_SCALAR
  if constexpr (std::is_floating_point_v<T>) return {&KeepBetween<T>, &CountNan<T>};
  return {&KeepBetween<T>, &reference::count_nan<T>};
#else
  return {&reference::keep_between<T>, &reference::count_nan<T>};
#endif
}

}  // namespace

const AllBetweenKernels& BetweenTable() {
  static constexpr AllBetweenKernels all{RANKWISE_FOR_EACH_VALUE_TYPE(RANKWISE_KERNELS_OF)};
  return all;
}

}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rankwise::kernels {

HWY_EXPORT(BetweenTable);

template <class T>
Between keep_between(const T* values, std::size_t size, T low, T high, T* kept) {
  return std::get<BetweenKernels<T>>(HWY_DYNAMIC_DISPATCH(BetweenTable)()).keep(values, size, low, high, kept);
}

template <class T>
std::size_t count_nan(const T* values, std::size_t size) {
  if constexpr (std::is_integral_v<T>) return 0;
  return std::get<BetweenKernels<T>>(HWY_DYNAMIC_DISPATCH(BetweenTable)()).nan(values, size);
}

#define RANKWISE_INSTANTIATE_BETWEEN(T)                              \
  template Between keep_between<T>(const T*, std::size_t, T, T, T*); \
  template std::size_t count_nan<T>(const T*, std::size_t);

RANKWISE_FOR_EACH_VALUE_TYPE(RANKWISE_INSTANTIATE_BETWEEN)

}  // namespace rankwise::kernels
#endif
