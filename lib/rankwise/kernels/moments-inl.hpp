// The two passes over one group: four vectors' worth of neighbouring columns. Included once for each target.

#if defined(RANKWISE_MOMENTS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef RANKWISE_MOMENTS_INL
#undef RANKWISE_MOMENTS_INL
#else
#define RANKWISE_MOMENTS_INL
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "rankwise/kernels/moments-lanes.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
#if HWY_TARGET != HWY_SCALAR

namespace hn = hwy::HWY_NAMESPACE;

// Four vectors never have more than 32 lanes.
using Doubles = hn::CappedTag<double, run_lanes / 4>;
using Words = hn::RebindToUnsigned<Doubles>;

inline constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

inline std::size_t GroupWidth() {
  return 4 * hn::Lanes(Doubles());
}

/// As many values as there are lanes for doubles, each converted as static_cast<double> does.
template <class T>
HWY_INLINE auto Load(const T* values) {
  const Doubles d;
  const auto loaded = hn::LoadU(hn::Rebind<T, Doubles>(), values);
  if constexpr (std::is_same_v<T, double>) {
    return loaded;
  } else if constexpr (sizeof(T) == 8) {
    return hn::ConvertTo(d, loaded);
  } else if constexpr (std::is_same_v<T, std::uint32_t>) {
    const auto exponent = hn::BitCast(Words(), hn::Set(d, 0x1p52));
    return hn::Sub(hn::BitCast(d, hn::Or(hn::PromoteTo(Words(), loaded), exponent)), hn::Set(d, 0x1p52));
  } else if constexpr (sizeof(T) == 4) {
    return hn::PromoteTo(d, loaded);
  } else {
    return hn::PromoteTo(d, hn::PromoteTo(hn::Rebind<std::int32_t, Doubles>(), loaded));
  }
}

/// The sums of four neighbouring vectors' lanes, row by row.
template <bool with_nan, class V>
HWY_INLINE void Take(V value, V& sum, V& min, V& max, V& nan) {
  if constexpr (with_nan) {
    const Doubles d;
    const auto is_nan = hn::IsNaN(value);
    const auto infinity = hn::Set(d, std::numeric_limits<double>::infinity());
    nan = hn::Add(nan, hn::IfThenElseZero(is_nan, hn::Set(d, 1.0)));
    sum = hn::Add(sum, hn::IfThenZeroElse(is_nan, value));  // sums are never -0.0, so that adding 0 changes nothing
    min = hn::Min(min, hn::IfThenElse(is_nan, infinity, value));
    max = hn::Max(max, hn::IfThenElse(is_nan, hn::Neg(infinity), value));
  } else {
    sum = hn::Add(sum, value);
    min = hn::Min(min, value);
    max = hn::Max(max, value);
  }
}

/// Whether there may be NaN among the values; they are seen by their sum.
template <bool with_nan, class T>
bool SumGroup(const T* values, std::size_t rows, std::size_t stride, Lanes<T>& lanes, std::size_t first) {
  const Doubles d;
  const std::size_t n = hn::Lanes(d);
  auto sum0 = hn::Zero(d), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  auto nan0 = hn::Zero(d), nan1 = nan0, nan2 = nan0, nan3 = nan0;
  auto min0 = hn::Set(d, std::numeric_limits<double>::infinity()), min1 = min0, min2 = min0, min3 = min0;
  auto max0 = hn::Neg(min0), max1 = max0, max2 = max0, max3 = max0;
  for (const T* row = values; row != values + rows * stride; row += stride) {
    Take<with_nan>(Load(row), sum0, min0, max0, nan0);
    Take<with_nan>(Load(row + n), sum1, min1, max1, nan1);
    Take<with_nan>(Load(row + 2 * n), sum2, min2, max2, nan2);
    Take<with_nan>(Load(row + 3 * n), sum3, min3, max3, nan3);
  }
  const auto store = [&](std::size_t i, auto sum, auto min, auto max, auto nan) HWY_ATTR {
    hn::StoreU(sum, d, &lanes.sum[i]);
    hn::StoreU(min, d, &lanes.min[i]);
    hn::StoreU(max, d, &lanes.max[i]);
    hn::StoreU(hn::Sub(hn::Set(d, static_cast<double>(rows)), nan), d, &lanes.count[i]);
  };
  store(first, sum0, min0, max0, nan0);
  store(first + n, sum1, min1, max1, nan1);
  store(first + 2 * n, sum2, min2, max2, nan2);
  store(first + 3 * n, sum3, min3, max3, nan3);
  return !hn::AllFalse(d, hn::IsNaN(hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3))));
}

/// Gives extremes that are zero their sign: which of two zeros Min and Max return differs between targets.
template <class T>
void SignZeros(const T* values, std::size_t rows, std::size_t stride, Lanes<T>& lanes, std::size_t first) {
  const Doubles d;
  const auto zero = hn::Zero(d);
  for (std::size_t i = 0; i < GroupWidth(); i += hn::Lanes(d)) {
    const auto min = hn::LoadU(d, &lanes.min[first + i]), max = hn::LoadU(d, &lanes.max[first + i]);
    if (hn::AllFalse(d, hn::Or(hn::Eq(min, zero), hn::Eq(max, zero)))) continue;
    auto negative = zero, positive = zero;  // -0.0 once there was such a zero
    for (const T* row = values + i; row != values + i + rows * stride; row += stride) {
      const auto value = Load(row);
      const auto is_zero = hn::Eq(value, zero);
      negative = hn::Or(negative, hn::IfThenElseZero(is_zero, value));
      positive = hn::Or(positive, hn::IfThenElseZero(is_zero, hn::Neg(value)));
    }
    hn::StoreU(hn::IfThenElse(hn::Eq(min, zero), negative, min), d, &lanes.min[first + i]);
    hn::StoreU(hn::IfThenElse(hn::Eq(max, zero), hn::Neg(positive), max), d, &lanes.max[first + i]);
  }
}

/// Sums of 64-bit integers: the lower and the upper halves apart, of values moved to begin at 0; no sum can overflow.
template <class V, class S>
HWY_INLINE void TakeWide(V word, V& low, V& high, S& min, S& max) {
  const Words words;
  const hn::RebindToSigned<Words> integers;
  low = hn::Add(low, hn::And(word, hn::Set(words, UINT32_MAX)));
  high = hn::Add(high, hn::ShiftRight<32>(word));
  const auto integer = hn::BitCast(integers, hn::Xor(word, hn::Set(words, sign_bit)));
  min = hn::Min(min, integer);
  max = hn::Max(max, integer);
}

/// The first pass over 64-bit integers.
template <class T>
void SumWideGroup(const T* values, std::size_t rows, std::size_t stride, Lanes<T>& lanes, std::size_t first) {
  const Words words;
  const hn::RebindToSigned<Words> integers;
  const std::size_t n = hn::Lanes(words);
  const auto flip = hn::Set(words, std::is_signed_v<T> ? sign_bit : 0);
  const auto load = [&](const T* at)
                        HWY_ATTR { return hn::Xor(flip, hn::BitCast(words, hn::LoadU(hn::Rebind<T, Words>(), at))); };
  auto low0 = hn::Zero(words), low1 = low0, low2 = low0, low3 = low0;
  auto high0 = hn::Zero(words), high1 = high0, high2 = high0, high3 = high0;
  auto min0 = hn::Set(integers, INT64_MAX), min1 = min0, min2 = min0, min3 = min0;
  auto max0 = hn::Set(integers, INT64_MIN), max1 = max0, max2 = max0, max3 = max0;
  for (const T* row = values; row != values + rows * stride; row += stride) {
    TakeWide(load(row), low0, high0, min0, max0);
    TakeWide(load(row + n), low1, high1, min1, max1);
    TakeWide(load(row + 2 * n), low2, high2, min2, max2);
    TakeWide(load(row + 3 * n), low3, high3, min3, max3);
  }
  const auto store = [&](std::size_t lane, auto low, auto high, auto min, auto max) HWY_ATTR {
    HWY_ALIGN std::array<std::uint64_t, run_lanes / 4> lows, highs;
    HWY_ALIGN std::array<std::int64_t, run_lanes / 4> mins, maxes;
    hn::Store(low, words, lows.data());
    hn::Store(high, words, highs.data());
    hn::Store(min, integers, mins.data());
    hn::Store(max, integers, maxes.data());
    const WideInteger moved = std::is_signed_v<T> ? 0 : WideInteger{1} << 63;
    for (std::size_t i = 0; i < n; ++i) {
      lanes.sum[lane + i] =
          (WideInteger{highs[i]} << 32) + lows[i] - (std::is_signed_v<T> ? static_cast<WideInteger>(rows) << 63 : 0);
      lanes.min[lane + i] = mins[i] + moved;
      lanes.max[lane + i] = maxes[i] + moved;
      lanes.count[lane + i] = static_cast<double>(rows);
    }
  };
  store(first, low0, high0, min0, max0);
  store(first + n, low1, high1, min1, max1);
  store(first + 2 * n, low2, high2, min2, max2);
  store(first + 3 * n, low3, high3, min3, max3);
}

/// The first pass: sums, extremes and counts of a group's lanes. Whether there may be NaN.
template <class T>
bool SumGroup(const T* values, std::size_t rows, std::size_t stride, Lanes<T>& lanes, std::size_t first) {
  if constexpr (Lanes<T>::wide) {
    SumWideGroup(values, rows, stride, lanes, first);
    return false;
  } else {
    const bool nan = SumGroup<false>(values, rows, stride, lanes, first);  // NaN are seen in the sums
    if constexpr (std::is_floating_point_v<T>) {
      if (nan) SumGroup<true>(values, rows, stride, lanes, first);
      SignZeros(values, rows, stride, lanes, first);
    }
    return nan;
  }
}

template <bool with_nan, class V>
HWY_INLINE void TakeDeviation(V value, V centre, V& residual, V& squares) {
  auto deviation = hn::Sub(value, centre);
  if constexpr (with_nan) deviation = hn::IfThenZeroElse(hn::IsNaN(value), deviation);
  residual = hn::Add(residual, deviation);
  squares = hn::Add(squares, hn::Mul(deviation, deviation));
}

/// The second pass: deviations from the centres, and their squares.
template <bool with_nan, class T>
void DeviationsOfGroup(const T* values, std::size_t rows, std::size_t stride, std::ptrdiff_t ahead, Lanes<T>& lanes, std::size_t first) {
  const Doubles d;
  const std::size_t n = hn::Lanes(d);
  const auto centre0 = hn::LoadU(d, &lanes.centre[first]), centre1 = hn::LoadU(d, &lanes.centre[first + n]),
             centre2 = hn::LoadU(d, &lanes.centre[first + 2 * n]), centre3 = hn::LoadU(d, &lanes.centre[first + 3 * n]);
  auto residual0 = hn::Zero(d), residual1 = residual0, residual2 = residual0, residual3 = residual0;
  auto squares0 = hn::Zero(d), squares1 = squares0, squares2 = squares0, squares3 = squares0;
  for (const T* row = values; row != values + rows * stride; row += stride) {
    TakeDeviation<with_nan>(Load(row), centre0, residual0, squares0);
    TakeDeviation<with_nan>(Load(row + n), centre1, residual1, squares1);
    TakeDeviation<with_nan>(Load(row + 2 * n), centre2, residual2, squares2);
    TakeDeviation<with_nan>(Load(row + 3 * n), centre3, residual3, squares3);
    if (0)     for (std::size_t i = 0; i < 4 * n; i += 64 / sizeof(T)) hwy::Prefetch(row + ahead + i);
  }
  const auto store = [&](std::size_t i, auto residual, auto squares) HWY_ATTR {
    hn::StoreU(residual, d, &lanes.residual[i]);
    hn::StoreU(squares, d, &lanes.squares[i]);
  };
  store(first, residual0, squares0);
  store(first + n, residual1, squares1);
  store(first + 2 * n, residual2, squares2);
  store(first + 3 * n, residual3, squares3);
}

template <class T>
void DeviationsOfGroup(const T* values, std::size_t rows, std::size_t stride, bool nan, std::ptrdiff_t ahead, Lanes<T>& lanes,
                       std::size_t first) {
  if constexpr (std::is_floating_point_v<T>) {
    if (nan) return DeviationsOfGroup<true>(values, rows, stride, ahead, lanes, first);
  }
  DeviationsOfGroup<false>(values, rows, stride, ahead, lanes, first);
}

#endif
}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
