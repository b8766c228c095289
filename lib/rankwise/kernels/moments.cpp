#include "rankwise/kernels/moments.hpp"

#include <algorithm>
#include <vector>

#include "rankwise/kernels/moments-lanes.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/moments.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

#include "rankwise/kernels/moments-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {

#if HWY_TARGET != HWY_SCALAR

/// A run's piece is a tile of 32 columns, the lanes; its last row may be short.
template <class T>
Piece<SumOf<T>> PieceOfRun(const T* values, std::size_t size, Lanes<T>& lanes) {
  const std::size_t rows = size / run_lanes;
  const T* rest = values + rows * run_lanes;
  bool nan = false;
  for (std::size_t i = 0; i < run_lanes; i += GroupWidth()) nan |= SumGroup(values + i, rows, run_lanes, lanes, i);
  for (std::size_t i = 0; i < size % run_lanes; ++i) nan |= lanes.add(i, rest[i]);

  Piece<SumOf<T>> piece = lanes.first_pass(size);
  if (piece.count == 0) return piece;
  lanes.centre.fill(piece.centre);
  for (std::size_t i = 0; i < run_lanes; i += GroupWidth()) {
    DeviationsOfGroup(values + i, rows, run_lanes, nan, run_piece, lanes, i);
  }
  for (std::size_t i = 0; i < size % run_lanes; ++i) lanes.add_deviation(i, rest[i]);
  piece.residual = add_lanes(lanes.residual);
  piece.squares = add_lanes(lanes.squares);
  return piece;
}

template <class T>
MomentsOf<T> MomentsOfRun(const T* values, std::size_t size) {
  Lanes<T> lanes;
  PieceMerger<SumOf<T>> merger;
  for (std::size_t i = 0; i < size; i += run_piece) {
    merger.add(PieceOfRun(values + i, std::min(run_piece, size - i), lanes));
  }
  return merger.moments();
}

/// One piece of each of at least as many columns as a group is wide, from the first.
template <class T>
void AddGroups(const T* values, std::size_t rows, std::size_t row_stride, std::size_t columns,
               std::span<PieceMerger<SumOf<T>>> mergers) {
  Lanes<T> lanes;
  for (std::size_t column = 0; column < mergers.size(); column += GroupWidth()) {
    // The last group overlaps the one before it.
    const std::size_t first = std::min(column, columns - GroupWidth());
    const bool nan = SumGroup(values + first, rows, row_stride, lanes, 0);
    lanes.find_centres();
    DeviationsOfGroup(values + first, rows, row_stride, nan, GroupWidth(), lanes, 0);
    const std::size_t end = std::min(first + GroupWidth(), mergers.size());
    for (std::size_t i = column; i < end; ++i) mergers[i].add(lanes.column(i - first, rows));
  }
}

template <class T>
void MomentsOfColumns(const T* values, std::size_t rows, std::size_t row_stride, std::span<MomentsOf<T>> moments) {
  const std::size_t columns = moments.size();
  std::vector<PieceMerger<SumOf<T>>> mergers(columns);
  std::array<T, tile_piece_rows * run_lanes> few;  // of columns that are fewer than a group
  few.fill(1);
  for (std::size_t row = 0; row < rows; row += tile_piece_rows) {
    const T* top = values + row * row_stride;
    const std::size_t height = std::min(tile_piece_rows, rows - row);
    if (columns >= GroupWidth()) {
      AddGroups<T>(top, height, row_stride, columns, mergers);
    } else {
      for (std::size_t i = 0; i < height; ++i) std::copy_n(top + i * row_stride, columns, &few[i * GroupWidth()]);
      AddGroups<T>(few.data(), height, GroupWidth(), GroupWidth(), mergers);
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
