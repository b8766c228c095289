#include "rankwise/kernels/moments.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include "rankwise/kernels/moments-lanes.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/moments.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

#include "rankwise/kernels/moments-inl.hpp"

#if !defined(RANKWISE_MOMENTS_ALL)
#define RANKWISE_MOMENTS_ALL
namespace rankwise::kernels {

/// What one target offers.
template <class T>
struct MomentsKernels {
  MomentsOf<T> (*of_run)(const T* values, std::size_t size);
  void (*of_columns)(const T* values, std::size_t rows, std::size_t row_stride, std::span<MomentsOf<T>> moments);
};
using AllMomentsKernels =
    std::tuple<MomentsKernels<double>, MomentsKernels<float>, MomentsKernels<std::int8_t>, MomentsKernels<std::int16_t>,
               MomentsKernels<std::int32_t>, MomentsKernels<std::int64_t>, MomentsKernels<std::uint8_t>,
               MomentsKernels<std::uint16_t>, MomentsKernels<std::uint32_t>, MomentsKernels<std::uint64_t>>;

}  // namespace rankwise::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {

#if HWY_TARGET != HWY_SCALAR

constexpr std::size_t strip_rows = 8;       // sums stay in registers for so many rows
constexpr std::size_t panel_columns = 256;  // a piece of them stays in the second cache, and a row is on one page

/// Calls act(first column, its lane) for each vector of a piece. The last one overlaps that before it, in lanes of its
/// own.
template <class Act>
HWY_INLINE void EachVector(std::size_t columns, Act act) {
  const std::size_t n = hn::Lanes(Doubles());
  for (std::size_t lane = 0; lane < columns; lane += n) act(std::min(lane, columns - n), lane);
}
std::size_t LaneOf(std::size_t column, std::size_t columns) {
  const std::size_t rest = columns % hn::Lanes(Doubles());
  return column < columns - rest || rest == 0 ? column : column + hn::Lanes(Doubles()) - rest;
}

/// Whether there may be NaN.
template <class T, std::size_t width>
bool FirstPass(const T* values, std::size_t rows, std::size_t stride, std::size_t columns, Sums<T, width>& sums) {
  const Doubles d;
  sums.clear(0, hwy::RoundUpTo(columns, hn::Lanes(d)));
  for (std::size_t row = 0; row < rows; row += strip_rows) {
    const std::size_t height = std::min(strip_rows, rows - row);
    EachVector(columns, [&](std::size_t column, std::size_t lane) HWY_ATTR {
      const T* top = values + row * stride + column;
      if (height == strip_rows)
        SumVector<false>(top, strip_rows, stride, sums, lane);
      else
        SumVector<false>(top, height, stride, sums, lane);
    });
  }
  bool nan = false;
  if constexpr (std::is_floating_point_v<T>) {
    EachVector(columns, [&](std::size_t column, std::size_t lane) HWY_ATTR {
      if (!hn::AllFalse(d, hn::IsNaN(hn::Load(d, &sums.sum[lane])))) {
        nan = true;
        sums.clear(lane, lane + hn::Lanes(d));
        SumVector<true>(values + column, rows, stride, sums, lane);
      }
      SignZeros(values + column, rows, stride, sums, lane);
    });
  }
  return nan;
}

template <bool with_nan, class T, std::size_t width>
void SecondPass(const T* values, std::size_t rows, std::size_t stride, std::size_t columns, std::size_t ahead,
                Deviations<width>& deviations) {
  deviations.clear(hwy::RoundUpTo(columns, hn::Lanes(Doubles())));
  for (std::size_t row = 0; row < rows; row += strip_rows) {
    const std::size_t height = std::min(strip_rows, rows - row);
    EachVector(columns, [&](std::size_t column, std::size_t lane) HWY_ATTR {
      const T* top = values + row * stride + column;
      if (lane * sizeof(T) % 64 == 0) {
        for (std::size_t i = 0; i < height; ++i) __builtin_prefetch(top + ahead + i * stride, 0, 2);
      }
      if (height == strip_rows)
        DeviateVector<with_nan>(top, strip_rows, stride, deviations, lane);
      else
        DeviateVector<with_nan>(top, height, stride, deviations, lane);
    });
  }
}

template <class T, std::size_t width>
void SecondPass(const T* values, std::size_t rows, std::size_t stride, std::size_t columns, bool nan, std::size_t ahead,
                Deviations<width>& deviations) {
  if constexpr (std::is_floating_point_v<T>) {
    if (nan) return SecondPass<true>(values, rows, stride, columns, ahead, deviations);
  }
  SecondPass<false>(values, rows, stride, columns, ahead, deviations);
}

/// A run's piece is a tile of 32 columns, the lanes; its last row may be short.
template <class T>
Piece<SumOf<T>> PieceOfRun(const T* values, std::size_t size, std::size_t ahead, Notes<T, run_lanes>& notes) {
  auto& [sums, deviations] = notes;
  const std::size_t rows = size / run_lanes, rest = size % run_lanes;
  const T* last = values + rows * run_lanes;
  bool nan = FirstPass(values, rows, run_lanes, run_lanes, sums);
  for (std::size_t i = 0; i < rest; ++i) nan |= sums.add(i, last[i]);
  Piece<SumOf<T>> piece = sums.run(size);
  if (piece.count == 0) return piece;

  piece.centre = mean_of(static_cast<double>(piece.count), piece.sum, piece.min, piece.max);
  deviations.centre.fill(piece.centre);
  SecondPass(values, rows, run_lanes, run_lanes, nan, ahead, deviations);
  for (std::size_t i = 0; i < rest; ++i) deviations.add(i, last[i]);
  piece.residual = add_lanes(deviations.residual);
  piece.squares = add_lanes(deviations.squares);
  return piece;
}

template <class T>
MomentsOf<T> MomentsOfRun(const T* values, std::size_t size) {
  Notes<T, run_lanes> notes;
  PieceMerger<SumOf<T>> merger;
  for (std::size_t i = 0; i < size; i += run_piece) {
    const std::size_t ahead = size - i >= 2 * run_piece ? run_piece : 0;
    merger.add(PieceOfRun(values + i, std::min(run_piece, size - i), ahead, notes));
  }
  return merger.moments();
}

/// One piece of each of at least as many columns as a vector has lanes.
template <class T>
void AddPanel(const T* values, std::size_t rows, std::size_t row_stride, std::size_t columns, std::size_t ahead,
              std::span<PieceMerger<SumOf<T>>> mergers, Notes<T, panel_columns>& notes) {
  auto& [sums, deviations] = notes;
  const bool nan = FirstPass(values, rows, row_stride, columns, sums);
  for (std::size_t i = 0; i < LaneOf(columns - 1, columns) + 1; ++i)
    deviations.centre[i] = sums.centre_of_column(i, rows);
  SecondPass(values, rows, row_stride, columns, nan, ahead, deviations);
  for (std::size_t i = 0; i < mergers.size(); ++i) {
    const std::size_t lane = LaneOf(i, columns);
    auto piece = sums.column(lane, rows);
    piece.centre = deviations.centre[lane];
    piece.residual = deviations.residual[lane];
    piece.squares = deviations.squares[lane];
    mergers[i].add(piece);
  }
}

/// Fewer columns than a vector has lanes, set in a frame.
template <class T>
void AddFew(const T* values, std::size_t rows, std::size_t row_stride, std::span<PieceMerger<SumOf<T>>> mergers,
            Notes<T, panel_columns>& notes) {
  const std::size_t columns = hn::Lanes(Doubles());
  std::array<T, tile_piece_rows * hn::MaxLanes(Doubles())> frame;
  frame.fill(1);
  for (std::size_t i = 0; i < rows; ++i) std::copy_n(values + i * row_stride, mergers.size(), &frame[i * columns]);
  AddPanel(frame.data(), rows, columns, columns, 0, mergers, notes);
}

template <class T>
void MomentsOfColumns(const T* values, std::size_t rows, std::size_t row_stride, std::span<MomentsOf<T>> moments) {
  const std::size_t columns = moments.size();
  std::vector<PieceMerger<SumOf<T>>> mergers(columns);
  Notes<T, panel_columns> notes;
  const std::size_t panels = (columns + panel_columns - 9) / (panel_columns - 8);
  const auto border = [&](std::size_t panel) { return panel == panels ? columns : columns * panel / panels / 8 * 8; };
  for (std::size_t row = 0; row < rows; row += tile_piece_rows) {
    const T* top = values + row * row_stride;
    const std::size_t height = std::min(tile_piece_rows, rows - row);
    if (columns < hn::Lanes(Doubles())) {
      AddFew<T>(top, height, row_stride, mergers, notes);
      continue;
    }
    for (std::size_t panel = 0; panel < panels; ++panel) {
      const std::size_t begin = border(panel), size = border(panel + 1) - begin;
      const std::size_t ahead = panel + 1 < panels                  ? size
                                : rows - row >= 2 * tile_piece_rows ? tile_piece_rows * row_stride - begin
                                                                    : 0;
      AddPanel<T>(top + begin, height, row_stride, size, ahead, std::span(mergers).subspan(begin, size), notes);
    }
  }
  for (std::size_t i = 0; i < columns; ++i) moments[i] = mergers[i].moments();
}

#endif

template <class T>
constexpr MomentsKernels<T> KernelsOf() {
#if HWY_TARGET == HWY_SCALAR
  return {&reference::moments_of_run<T>, &reference::moments_of_columns<T>};
#else
  return {&MomentsOfRun<T>, &MomentsOfColumns<T>};
#endif
}

const AllMomentsKernels& AllKernels() {
  static constexpr AllMomentsKernels all{
      KernelsOf<double>(),        KernelsOf<float>(),         KernelsOf<std::int8_t>(),  KernelsOf<std::int16_t>(),
      KernelsOf<std::int32_t>(),  KernelsOf<std::int64_t>(),  KernelsOf<std::uint8_t>(), KernelsOf<std::uint16_t>(),
      KernelsOf<std::uint32_t>(), KernelsOf<std::uint64_t>(),
  };
  return all;
}

}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rankwise::kernels {

HWY_EXPORT(AllKernels);

template <class T>
MomentsOf<T> moments_of_run(const T* values, std::size_t size) {
  return std::get<MomentsKernels<T>>(HWY_DYNAMIC_DISPATCH(AllKernels)()).of_run(values, size);
}

template <class T>
void moments_of_columns(const T* values, std::size_t rows, std::size_t row_stride, std::span<MomentsOf<T>> moments) {
  std::get<MomentsKernels<T>>(HWY_DYNAMIC_DISPATCH(AllKernels)()).of_columns(values, rows, row_stride, moments);
}

RANKWISE_INSTANTIATE_MOMENTS()

}  // namespace rankwise::kernels
#endif
