// The pass over a piece, vector by vector. Included once for each target; hence no #pragma once.

#if defined(RANKWISE_MOMENTS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef RANKWISE_MOMENTS_INL
#undef RANKWISE_MOMENTS_INL
#else
#define RANKWISE_MOMENTS_INL
#endif

#include <hwy/highway.h>

#include "rankwise/kernels/moments-lanes.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {
#if HWY_NATIVE_FMA

namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::CappedTag<double, max_vector>;
using Words = hn::RebindToUnsigned<Doubles>;
using Integers = hn::RebindToSigned<Doubles>;

/// As many values as a vector has doubles, each converted as static_cast<double> does.
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

/// Begins to fetch the line that a vector begins.
template <class T>
HWY_INLINE void FetchLine(const T* values, std::size_t lane) {
  if (lane * sizeof(T) % 64 == 0) __builtin_prefetch(values, 0, 3);
}

/// Adds `rows` vectors below one another, and fetches what lies `ahead` of each. Without `with_nan`, NaN spoil the sum,
/// and nothing else tells of them.
template <bool with_nan, class T, std::size_t width>
HWY_INLINE void AddVector(const T* values, std::size_t rows, std::size_t stride, std::size_t ahead,
                          PieceNotes<T, width>& notes, std::size_t lane) {
  const Doubles d;
  const auto centre = hn::Load(d, &notes.centre[lane]), infinity = hn::Set(d, std::numeric_limits<double>::infinity());
  auto sum = hn::Load(d, &notes.sum[lane]), min = hn::Load(d, &notes.min[lane]), max = hn::Load(d, &notes.max[lane]);
  auto residual = hn::Load(d, &notes.residual[lane]), squares = hn::Load(d, &notes.squares[lane]);
  auto nan = hn::Load(d, &notes.nan[lane]);
  for (std::size_t row = 0; row < rows; ++row, values += stride) {
    const auto value = Load(values);
    auto deviation = hn::Sub(value, centre);
    if constexpr (with_nan) {
      const auto is_nan = hn::IsNaN(value);
      nan = hn::Add(nan, hn::IfThenElseZero(is_nan, hn::Set(d, 1.0)));
      sum = hn::Add(sum, hn::IfThenZeroElse(is_nan, value));  // no sum is -0.0, so that adding 0 changes nothing
      min = hn::Min(min, hn::IfThenElse(is_nan, infinity, value));
      max = hn::Max(max, hn::IfThenElse(is_nan, hn::Neg(infinity), value));
      deviation = hn::IfThenZeroElse(is_nan, deviation);
    } else {
      FetchLine(values + ahead, lane);
      sum = hn::Add(sum, value);
      min = hn::Min(min, value);
      max = hn::Max(max, value);
    }
    residual = hn::Add(residual, deviation);
    squares = hn::MulAdd(deviation, deviation, squares);
  }
  hn::Store(sum, d, &notes.sum[lane]);
  hn::Store(min, d, &notes.min[lane]);
  hn::Store(max, d, &notes.max[lane]);
  hn::Store(residual, d, &notes.residual[lane]);
  hn::Store(squares, d, &notes.squares[lane]);
  if constexpr (with_nan) hn::Store(nan, d, &notes.nan[lane]);
}

template <bool, class T, std::size_t width>
requires(std::is_integral_v<T> && sizeof(T) == 8) HWY_INLINE
    void AddVector(const T* values, std::size_t rows, std::size_t stride, std::size_t ahead,
                   PieceNotes<T, width>& notes, std::size_t lane) {
  const Doubles d;
  const Words words;
  const Integers integers;
  const auto centre = hn::Load(d, &notes.centre[lane]);
  auto low = hn::Load(words, &notes.low[lane]), high = hn::Load(words, &notes.high[lane]);
  auto min = hn::Load(integers, &notes.min[lane]), max = hn::Load(integers, &notes.max[lane]);
  auto residual = hn::Load(d, &notes.residual[lane]), squares = hn::Load(d, &notes.squares[lane]);
  for (std::size_t row = 0; row < rows; ++row, values += stride) {
    FetchLine(values + ahead, lane);
    const auto loaded = hn::BitCast(words, hn::LoadU(hn::Rebind<T, Words>(), values));
    const auto flipped = hn::Xor(loaded, hn::Set(words, notes.half));
    const auto word = std::is_signed_v<T> ? flipped : loaded;
    const auto integer = hn::BitCast(integers, std::is_signed_v<T> ? loaded : flipped);
    low = hn::Add(low, hn::And(word, hn::Set(words, UINT32_MAX)));
    high = hn::Add(high, hn::ShiftRight<32>(word));
    min = hn::Min(min, integer);
    max = hn::Max(max, integer);
    const auto deviation = hn::Sub(Load(values), centre);
    residual = hn::Add(residual, deviation);
    squares = hn::MulAdd(deviation, deviation, squares);
  }
  hn::Store(low, words, &notes.low[lane]);
  hn::Store(high, words, &notes.high[lane]);
  hn::Store(min, integers, &notes.min[lane]);
  hn::Store(max, integers, &notes.max[lane]);
  hn::Store(residual, d, &notes.residual[lane]);
  hn::Store(squares, d, &notes.squares[lane]);
}

/// Gives extremes that are zero their sign: which of two zeros Min and Max take differs between targets.
template <class T, std::size_t width>
void SignZeros(const T* values, std::size_t rows, std::size_t stride, PieceNotes<T, width>& notes, std::size_t lane) {
  const Doubles d;
  const auto zero = hn::Zero(d);
  const auto min = hn::Load(d, &notes.min[lane]), max = hn::Load(d, &notes.max[lane]);
  if (hn::AllFalse(d, hn::Or(hn::Eq(min, zero), hn::Eq(max, zero)))) return;
  auto negative = zero, positive = zero;  // -0.0 once there was such a zero
  for (std::size_t row = 0; row < rows; ++row, values += stride) {
    const auto value = Load(values);
    const auto is_zero = hn::Eq(value, zero);
    negative = hn::Or(negative, hn::IfThenElseZero(is_zero, value));
    positive = hn::Or(positive, hn::IfThenElseZero(is_zero, hn::Neg(value)));
  }
  hn::Store(hn::IfThenElse(hn::Eq(min, zero), negative, min), d, &notes.min[lane]);
  hn::Store(hn::IfThenElse(hn::Eq(max, zero), hn::Neg(positive), max), d, &notes.max[lane]);
}

// A whole strip is inlined and unrolled; a short one is rare.
template <class T, std::size_t width>
HWY_NOINLINE void AddShort(const T* values, std::size_t rows, std::size_t stride, PieceNotes<T, width>& notes,
                           std::size_t lane) {
  AddVector<false>(values, rows, stride, 0, notes, lane);
}

/// Calls act(first column, its lane) for each vector of a piece. The last one overlaps that before it, in lanes of its
/// own.
template <class T, class Act>
HWY_INLINE void EachVector(std::size_t columns, Act act) {
  const std::size_t n = hn::Lanes(Doubles());
  for (std::size_t lane = 0; lane < columns; lane += n) act(std::min(lane, columns - n), lane);
}
inline std::size_t LaneOf(std::size_t column, std::size_t columns) {
  const std::size_t rest = columns % hn::Lanes(Doubles());
  return column < columns - rest || rest == 0 ? column : column + hn::Lanes(Doubles()) - rest;
}

/// Where sums show that there are NaN, adds again without them; gives zeros their signs. Tells whether there are NaN.
template <class T, std::size_t width>
bool Repair(const T* values, std::size_t rows, std::size_t stride, std::size_t columns, PieceNotes<T, width>& notes) {
  const Doubles d;
  bool nan = false;
  if constexpr (std::is_floating_point_v<T>) {
    EachVector<T>(columns, [&](std::size_t column, std::size_t lane) HWY_ATTR {
      if (!hn::AllFalse(d, hn::IsNaN(hn::Load(d, &notes.sum[lane])))) {
        nan = true;
        notes.clear(lane, lane + hn::Lanes(d));
        AddVector<true>(values + column, rows, stride, 0, notes, lane);
      }
      SignZeros(values + column, rows, stride, notes, lane);
    });
  }
  return nan;
}

/// Adds a piece whose centres are known, strip by strip, and fetches what lies `ahead` of each row; tells whether there
/// are NaN.
template <std::size_t strip_rows, class T, std::size_t width>
bool AddPiece(const T* values, std::size_t rows, std::size_t stride, std::size_t columns, std::size_t ahead,
              PieceNotes<T, width>& notes) {
  notes.clear(0, hwy::RoundUpTo(columns, hn::Lanes(Doubles())));
  for (std::size_t row = 0; row < rows; row += strip_rows) {
    const std::size_t height = std::min(strip_rows, rows - row);
    EachVector<T>(columns, [&](std::size_t column, std::size_t lane) HWY_ATTR {
      const T* top = values + row * stride + column;
      if (height == strip_rows) {
        AddVector<false>(top, strip_rows, stride, ahead, notes, lane);
      } else {
        AddShort(top, height, stride, notes, lane);
      }
    });
  }
  return Repair(values, rows, stride, columns, notes);
}

#endif
}  // namespace
}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
