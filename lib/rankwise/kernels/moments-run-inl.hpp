// The moments of a run: its pieces, one after another.
// Included once for each target; hence no #pragma once.

#if defined(RANKWISE_MOMENTS_RUN_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef RANKWISE_MOMENTS_RUN_INL
#undef RANKWISE_MOMENTS_RUN_INL
#else
#define RANKWISE_MOMENTS_RUN_INL
#endif

#include <hwy/highway.h>

#include "rankwise/kernels/moments-inl.hpp"
#include "rankwise/kernels/moments-lanes.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {
#if HWY_NATIVE_FMA

/// As fold_lanes does, all lanes of a width at once.
template <std::size_t width = run_lanes / 2, class Operation>
HWY_INLINE double FoldLanes(std::array<double, run_lanes>& lanes, Operation operation) {
  const hn::CappedTag<double, std::min(width, max_vector)> d;
  for (std::size_t i = 0; i < width; i += hn::Lanes(d)) {
    hn::StoreU(operation(hn::LoadU(d, &lanes[i]), hn::LoadU(d, &lanes[i + width])), d, &lanes[i]);
  }
  if constexpr (width > 1) return FoldLanes<width / 2>(lanes, operation);
  return lanes[0];
}
HWY_INLINE double AddLanes(std::array<double, run_lanes>& lanes) {
  return FoldLanes(lanes, [](auto a, auto b) HWY_ATTR { return hn::Add(a, b); });
}

template <class T, std::size_t width>
HWY_INLINE Piece<SumOf<T>> FoldRun(PieceNotes<T, width>& sums, std::size_t size, bool nan) {
  auto mins = sums.min, maxs = sums.max;
  double min = FoldLanes(mins, [](auto a, auto b) HWY_ATTR { return hn::Min(a, b); });
  double max = FoldLanes(maxs, [](auto a, auto b) HWY_ATTR { return hn::Max(a, b); });
  if (min == 0) min = fold_lanes(sums.min, lesser<double>);  // of two zeros, targets take either
  if (max == 0) max = fold_lanes(sums.max, greater<double>);
  return PieceNotes<T, width>::piece(size, nan ? AddLanes(sums.nan) : 0, AddLanes(sums.sum), min, max);
}
template <class T, std::size_t width>
requires(std::is_integral_v<T> && sizeof(T) == 8) Piece<WideInteger> FoldRun(PieceNotes<T, width>& sums,
                                                                             std::size_t size, bool) {
  return sums.run(size);
}

/// A run's piece is a tile of 32 columns, the lanes; its last row may be short. Tells whether there are NaN.
template <class T>
bool AddPieceOfRun(const T* values, std::size_t size, std::size_t ahead, PieceNotes<T, run_lanes>& notes) {
  const std::size_t rows = size / run_lanes, whole = rows * run_lanes;
  bool nan = AddPiece<run_strip>(values, rows, run_lanes, run_lanes, ahead, notes);
  for (std::size_t i = whole; i < size; ++i) {
    notes.add(i - whole, values[i]);
    if constexpr (std::is_floating_point_v<T>) nan = nan || std::isnan(values[i]);
  }
  return nan;
}

template <class T>
MomentsOf<T> MomentsOfRun(const T* values, std::size_t size) {
  PieceNotes<T, run_lanes> notes;
  MomentsOf<T> moments;
  for (std::size_t i = 0; i < size; i += run_piece) {
    const std::size_t length = std::min(run_piece, size - i);
    const double centre = moments.count == 0 ? first_centre(values + i, length, 1, first_values) : next_centre(moments);
    notes.centre.fill(centre);
    const bool nan = AddPieceOfRun(values + i, length, run_ahead / sizeof(T), notes);
    Piece<SumOf<T>> piece = FoldRun(notes, length, nan);
    piece.centre = centre;
    piece.residual = AddLanes(notes.residual);
    piece.squares = AddLanes(notes.squares);
    append(moments, moments_of(piece));
  }
  unite_nan(moments);
  return moments;
}

#endif
}  // namespace
}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
