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

/// A run's piece is a tile of 32 columns, the lanes; its last row may be short. Sums it; tells whether there are NaN.
template <class T>
bool SumPiece(const T* values, std::size_t size, PieceSums<T, run_lanes>& sums) {
  const std::size_t rows = size / run_lanes, whole = rows * run_lanes;
  bool nan = FirstPass(values, rows, run_lanes, run_lanes, 0, sums);
  for (std::size_t i = whole; i < size; ++i) {
    sums.add(i - whole, values[i]);
    if constexpr (std::is_floating_point_v<T>) nan = nan || std::isnan(values[i]);
  }
  return nan;
}

template <class T>
void DeviatePiece(const T* values, std::size_t size, bool nan, PieceDeviations<run_lanes>& deviations) {
  const std::size_t rows = size / run_lanes, whole = rows * run_lanes;
  SecondPass(values, rows, run_lanes, run_lanes, nan, deviations);
  for (std::size_t i = whole; i < size; ++i) deviations.add(i - whole, values[i]);
}

template <class T>
MomentsOf<T> MomentsOfRun(const T* values, std::size_t size) {
  PieceNotes<T, run_lanes> notes;
  auto& [sums, deviations] = notes;
  MomentsOf<T> moments;
  bool nan = SumPiece(values, std::min(run_piece, size), sums);
  for (std::size_t i = 0; i < size; i += run_piece) {
    const std::size_t length = std::min(run_piece, size - i), left = size - i - length;
    Piece<SumOf<T>> piece = FoldRun(sums, length, nan);
    piece.centre = piece.count == 0 ? 0 : mean_of(static_cast<double>(piece.count), piece.sum, piece.min, piece.max);
    deviations.centre.fill(piece.centre);
    const T* next = values + i + length;
    if (left >= run_piece) {
      nan = nan ? BothPasses<true>(next, sums, values + i, deviations)
                : BothPasses<false>(next, sums, values + i, deviations);
    } else {
      DeviatePiece(values + i, length, nan, deviations);
      if (left > 0) nan = SumPiece(next, left, sums);
    }
    piece.residual = AddLanes(deviations.residual);
    piece.squares = AddLanes(deviations.squares);
    append(moments, moments_of(piece));
  }
  unite_nan(moments);
  return moments;
}

/// What the columns of a panel came to in their pieces as yet: integers, one after another.
template <class T>
class PanelMoments {
 public:
  void clear(std::size_t columns) { std::fill_n(moments_.begin(), columns, MomentsOf<T>{}); }
  void add(const PieceNotes<T, panel_columns>& notes, std::size_t rows, std::size_t columns) {
    for (std::size_t i = 0; i < columns; ++i) {
      auto piece = notes.sums.column(i, rows);
      piece.centre = notes.deviations.centre[i];
      piece.residual = notes.deviations.residual[i];
      piece.squares = notes.deviations.squares[i];
      append(moments_[i], moments_of(piece));
    }
  }
  MomentsOf<T> of(std::size_t lane) const { return moments_[lane]; }

 private:
  std::array<MomentsOf<T>, panel_columns> moments_;
};

/// Floating-point numbers, a vector of columns at once.
template <class T>
requires(std::is_floating_point_v<T>) class PanelMoments<T> {
 public:
  void clear(std::size_t columns) {
    for (auto* values : {&count_, &nan_, &sum_, &centre_, &offset_, &m2_}) std::fill_n(values->begin(), columns, 0.0);
    std::fill_n(min_.begin(), columns, FloatMoments{}.min);
    std::fill_n(max_.begin(), columns, FloatMoments{}.max);
  }

  /// As moments_of and append do.
  void add(const PieceNotes<T, panel_columns>& notes, std::size_t rows, std::size_t columns) {
    const Doubles d;
    for (std::size_t i = 0; i < columns; i += hn::Lanes(d)) {
      const auto at = [&](const auto& values) HWY_ATTR { return hn::Load(d, &values[i]); };
      const auto missing = at(notes.sums.nan), right_count = hn::Sub(hn::Set(d, static_cast<double>(rows)), missing);
      const auto residual = at(notes.deviations.residual), right_centre = at(notes.deviations.centre);
      const auto right_offset = hn::Div(residual, right_count);
      const auto squares = hn::Sub(at(notes.deviations.squares), hn::Mul(residual, right_offset));
      const auto right_m2 = hn::IfThenElse(hn::Lt(squares, hn::Zero(d)), hn::Zero(d), squares);

      const auto count = at(count_), offset = at(offset_), centre = at(centre_), m2 = at(m2_);
      const auto delta = hn::Sub(hn::Add(hn::Sub(right_centre, centre), right_offset), offset);
      const auto share = hn::Div(right_count, hn::Add(count, right_count));
      const auto new_offset = hn::Add(offset, hn::Mul(delta, share));
      const auto spread = hn::Mul(hn::Mul(delta, delta), hn::Mul(count, share));
      const auto new_m2 = hn::Add(m2, hn::Add(right_m2, spread));

      const auto first = hn::Eq(count, hn::Zero(d)), none = hn::Eq(right_count, hn::Zero(d));
      const auto put = [&](auto& values, auto if_first, auto otherwise) HWY_ATTR {
        hn::Store(hn::IfThenElse(none, at(values), hn::IfThenElse(first, if_first, otherwise)), d, &values[i]);
      };
      put(offset_, right_offset, new_offset);
      put(m2_, right_m2, new_m2);
      put(centre_, right_centre, centre);
      put(sum_, at(notes.sums.sum), hn::Add(at(sum_), at(notes.sums.sum)));
      put(min_, at(notes.sums.min), Lesser(at(min_), at(notes.sums.min)));
      put(max_, at(notes.sums.max), Greater(at(max_), at(notes.sums.max)));
      hn::Store(hn::Add(count, right_count), d, &count_[i]);
      hn::Store(hn::Add(at(nan_), missing), d, &nan_[i]);
    }
  }
  FloatMoments of(std::size_t lane) const {
    return {.count = static_cast<std::uint64_t>(count_[lane]),
            .nan = static_cast<std::uint64_t>(nan_[lane]),
            .sum = sum_[lane],
            .centre = centre_[lane],
            .offset = offset_[lane],
            .m2 = m2_[lane],
            .min = min_[lane],
            .max = max_[lane]};
  }

 private:
  using Values = std::array<double, panel_columns>;
  alignas(64) Values count_;
  alignas(64) Values nan_;
  alignas(64) Values sum_;
  alignas(64) Values centre_;
  alignas(64) Values offset_;
  alignas(64) Values m2_;
  alignas(64) Values min_;
  alignas(64) Values max_;
};

/// What a panel of columns needs while its pieces are added from top to bottom.
template <class T>
struct Panel {
  PieceNotes<T, panel_columns> notes;
  PanelMoments<T> moments;
};

/// The moments of at least as many columns as a vector has lanes.
template <class T>
HWY_NOINLINE void MomentsOfPanel(const T* values, std::size_t rows, std::size_t row_stride, std::size_t columns,
                                 Panel<T>& panel) {
  auto& [sums, deviations] = panel.notes;
  const std::size_t lanes = hwy::RoundUpTo(columns, hn::Lanes(Doubles()));
  panel.moments.clear(lanes);
  for (std::size_t row = 0; row < rows; row += tile_piece_rows, values += tile_piece_rows * row_stride) {
    const std::size_t height = std::min(tile_piece_rows, rows - row);
    // The next strip of rows; of the last one, the strip that follows in the panel to the right.
    const bool nan = FirstPass(values, height, row_stride, columns, strip_rows * row_stride, sums);
    SetCentres(sums, height, lanes, deviations);
    SecondPass(values, height, row_stride, columns, nan, deviations);
    panel.moments.add(panel.notes, height, lanes);
  }
}

/// Fewer columns than a vector has lanes, set in a frame.
template <class T>
void MomentsOfFew(const T* values, std::size_t rows, std::size_t row_stride, std::size_t columns, Panel<T>& panel) {
  const std::size_t width = hn::Lanes(Doubles());
  std::array<T, tile_piece_rows * max_vector> frame;
  frame.fill(1);
  panel.moments.clear(width);
  auto& [sums, deviations] = panel.notes;
  for (std::size_t row = 0; row < rows; row += tile_piece_rows, values += tile_piece_rows * row_stride) {
    const std::size_t height = std::min(tile_piece_rows, rows - row);
    for (std::size_t i = 0; i < height; ++i) std::copy_n(values + i * row_stride, columns, &frame[i * width]);
    const bool nan = FirstPass(frame.data(), height, width, width, 0, sums);
    SetCentres(sums, height, width, deviations);
    SecondPass(frame.data(), height, width, width, nan, deviations);
    panel.moments.add(panel.notes, height, width);
  }
}

template <class T>
void MomentsOfColumns(const T* values, std::size_t rows, std::size_t row_stride, std::span<MomentsOf<T>> moments) {
  const std::size_t columns = moments.size(), vector = hn::Lanes(Doubles());
  // Panels of nearly equal widths, which begin where a vector does.
  const std::size_t panels = hwy::DivCeil(columns, panel_columns - max_vector);
  const auto border = [&](std::size_t panel) {
    return panel == panels ? columns : columns * panel / panels / max_vector * max_vector;
  };
  Panel<T> panel;
  for (std::size_t p = 0; p < panels; ++p) {
    const std::size_t begin = border(p), width = border(p + 1) - begin;
    if (width < vector) {
      MomentsOfFew(values + begin, rows, row_stride, width, panel);
    } else {
      MomentsOfPanel(values + begin, rows, row_stride, width, panel);
    }
    for (std::size_t i = 0; i < width; ++i) {
      moments[begin + i] = panel.moments.of(width < vector ? i : LaneOf(i, width));
      unite_nan(moments[begin + i]);
    }
  }
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
