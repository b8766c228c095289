#include "rankwise/kernels/moments.hpp"

#include <algorithm>

#include "rankwise/kernels/moments-lanes.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/moments.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

#include "rankwise/kernels/moments-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {

#if HWY_TARGET != HWY_SCALAR

/// A run's piece is a tile of 32 columns, the lanes; its last row may be short.
template <class T>
Piece<SumOf<T>> PieceOfRun(const T* values, std::size_t size, std::size_t ahead, PieceNotes<T, run_lanes>& notes) {
  auto& [sums, deviations] = notes;
  const std::size_t rows = size / run_lanes, rest = size % run_lanes;
  const T* last = values + rows * run_lanes;
  const bool nan = FirstPass(values, rows, run_lanes, run_lanes, sums);
  for (std::size_t i = 0; i < rest; ++i) sums.add(i, last[i]);
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
  PieceNotes<T, run_lanes> notes;
  MomentsOf<T> moments;
  for (std::size_t i = 0; i < size; i += run_piece) {
    const std::size_t ahead = size - i >= 2 * run_piece ? run_piece : 0;
    append(moments, moments_of(PieceOfRun(values + i, std::min(run_piece, size - i), ahead, notes)));
  }
  unite_nan(moments);
  return moments;
}

/// One piece of each of at least as many columns as a vector has lanes.
template <class T>
HWY_NOINLINE void AddPanel(const T* values, std::size_t rows, std::size_t row_stride, std::size_t columns,
                           std::size_t ahead, std::span<MomentsOf<T>> moments, PieceNotes<T, panel_columns>& notes) {
  auto& [sums, deviations] = notes;
  const bool nan = FirstPass(values, rows, row_stride, columns, sums);
  for (std::size_t i = 0; i < LaneOf(columns - 1, columns) + 1; ++i)
    deviations.centre[i] = sums.centre_of_column(i, rows);
  SecondPass(values, rows, row_stride, columns, nan, ahead, deviations);
  for (std::size_t i = 0; i < moments.size(); ++i) {
    const std::size_t lane = LaneOf(i, columns);
    auto piece = sums.column(lane, rows);
    piece.centre = deviations.centre[lane];
    piece.residual = deviations.residual[lane];
    piece.squares = deviations.squares[lane];
    append(moments[i], moments_of(piece));
  }
}

/// Fewer columns than a vector has lanes, set in a frame.
template <class T>
void AddFew(const T* values, std::size_t rows, std::size_t row_stride, std::span<MomentsOf<T>> moments,
            PieceNotes<T, panel_columns>& notes) {
  const std::size_t columns = hn::Lanes(Doubles());
  std::array<T, tile_piece_rows * max_vector> frame;
  frame.fill(1);
  for (std::size_t i = 0; i < rows; ++i) std::copy_n(values + i * row_stride, moments.size(), &frame[i * columns]);
  AddPanel(frame.data(), rows, columns, columns, 0, moments, notes);
}

template <class T>
void MomentsOfColumns(const T* values, std::size_t rows, std::size_t row_stride, std::span<MomentsOf<T>> moments) {
  const std::size_t columns = moments.size();
  std::fill(moments.begin(), moments.end(), MomentsOf<T>{});
  PieceNotes<T, panel_columns> notes;
  // Panels of nearly equal widths, which begin where a vector does.
  const std::size_t panels = hwy::DivCeil(columns, panel_columns - max_vector);
  const auto border = [&](std::size_t panel) {
    return panel == panels ? columns : columns * panel / panels / max_vector * max_vector;
  };
  for (std::size_t row = 0; row < rows; row += tile_piece_rows) {
    const T* top = values + row * row_stride;
    const std::size_t height = std::min(tile_piece_rows, rows - row);
    if (columns < hn::Lanes(Doubles())) {
      AddFew<T>(top, height, row_stride, moments, notes);
      continue;
    }
    for (std::size_t panel = 0; panel < panels; ++panel) {
      const std::size_t begin = border(panel), size = border(panel + 1) - begin;
      const std::size_t ahead = panel + 1 < panels                  ? size
                                : rows - row >= 2 * tile_piece_rows ? tile_piece_rows * row_stride - begin
                                                                    : 0;
      AddPanel<T>(top + begin, height, row_stride, size, ahead, moments.subspan(begin, size), notes);
    }
  }
  for (auto& each : moments) unite_nan(each);
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

}  // namespace

const AllMomentsKernels& MomentsTable() {
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

HWY_EXPORT(MomentsTable);

template <class T>
MomentsOf<T> moments_of_run(const T* values, std::size_t size) {
  return std::get<MomentsKernels<T>>(HWY_DYNAMIC_DISPATCH(MomentsTable)()).of_run(values, size);
}

template <class T>
void moments_of_columns(const T* values, std::size_t rows, std::size_t row_stride, std::span<MomentsOf<T>> moments) {
  std::get<MomentsKernels<T>>(HWY_DYNAMIC_DISPATCH(MomentsTable)()).of_columns(values, rows, row_stride, moments);
}

RANKWISE_INSTANTIATE_MOMENTS()

}  // namespace rankwise::kernels
#endif
