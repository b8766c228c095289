// The moments of columns side by side: panels of them, from top to bottom.
// Included once for each target; hence no #pragma once.

#if defined(RANKWISE_MOMENTS_PANEL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef RANKWISE_MOMENTS_PANEL_INL
#undef RANKWISE_MOMENTS_PANEL_INL
#else
#define RANKWISE_MOMENTS_PANEL_INL
#endif

#include <hwy/highway.h>

#include "rankwise/kernels/moments-inl.hpp"
#include "rankwise/kernels/moments-lanes.hpp"

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {
#if HWY_NATIVE_FMA

/// The lesser of two values that are no NaN: -0.0 is less than +0.0.
template <class V>
HWY_INLINE V Lesser(V a, V b) {
  const Doubles d;
  const auto lesser = hn::Min(a, b), zero = hn::Zero(d);
  return hn::IfThenElse(hn::Eq(lesser, zero), hn::And(hn::Or(a, b), hn::SignBit(d)), lesser);
}
template <class V>
HWY_INLINE V Greater(V a, V b) {
  const Doubles d;
  const auto greater = hn::Max(a, b), zero = hn::Zero(d);
  return hn::IfThenElse(hn::Eq(greater, zero), hn::And(hn::And(a, b), hn::SignBit(d)), greater);
}

/// As squares_from_mean does.
template <class V>
HWY_INLINE V SquaresFromMean(V squares, V residual, V offset) {
  const Doubles d;
  const auto zero = hn::Zero(d), infinity = hn::Set(d, std::numeric_limits<double>::infinity());
  const auto corrected = hn::Sub(squares, hn::Mul(residual, offset));
  const auto overflow = hn::And(hn::Eq(squares, infinity), hn::Lt(hn::Abs(residual), infinity));
  return hn::IfThenElse(overflow, squares, hn::IfThenZeroElse(hn::Lt(corrected, zero), corrected));
}

/// What the columns of a panel came to in their pieces as yet: integers, one after another.
template <class T>
class PanelMoments {
 public:
  void clear(std::size_t columns) { std::fill_n(moments_.begin(), columns, MomentsOf<T>{}); }
  void add(const PieceNotes<T, panel_columns>& notes, std::size_t rows, std::size_t columns) {
    for (std::size_t i = 0; i < columns; ++i) {
      auto piece = notes.column(i, rows);
      piece.centre = notes.centre[i];
      piece.residual = notes.residual[i];
      piece.squares = notes.squares[i];
      append(moments_[i], moments_of(piece));
    }
  }
  /// The centres of the columns' next pieces, which begin at `values`.
  void set_centres(const T* values, std::size_t rows, std::size_t row_stride, std::size_t columns,
                   std::array<double, panel_columns>& centres) const {
    EachVector<T>(columns, [&](std::size_t column, std::size_t lane) {
      for (std::size_t i = 0; i < hn::Lanes(Doubles()); ++i) {
        const auto& before = moments_[lane + i];
        centres[lane + i] =
            before.count == 0 ? first_centre(values + column + i, rows, row_stride, 1) : next_centre(before);
      }
    });
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
      const auto missing = at(notes.nan), right_count = hn::Sub(hn::Set(d, static_cast<double>(rows)), missing);
      const auto constant = hn::Eq(hn::Sub(at(notes.max), at(notes.min)), hn::Zero(d));
      const auto right_centre = hn::IfThenElse(constant, at(notes.min), at(notes.centre));
      const auto residual = at(notes.residual);
      const auto right_offset = hn::IfThenZeroElse(constant, hn::Div(residual, right_count));
      const auto right_m2 = hn::IfThenZeroElse(constant, SquaresFromMean(at(notes.squares), residual, right_offset));

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
      put(sum_, at(notes.sum), hn::Add(at(sum_), at(notes.sum)));
      put(min_, at(notes.min), Lesser(at(min_), at(notes.min)));
      put(max_, at(notes.max), Greater(at(max_), at(notes.max)));
      hn::Store(hn::Add(count, right_count), d, &count_[i]);
      hn::Store(hn::Add(at(nan_), missing), d, &nan_[i]);
    }
  }
  /// As first_centre and next_centre do.
  void set_centres(const T* values, std::size_t rows, std::size_t row_stride, std::size_t columns,
                   std::array<double, panel_columns>& centres) const {
    const Doubles d;
    const auto is_finite = [&](auto x) HWY_ATTR {
      return hn::Lt(hn::Abs(x), hn::Set(d, std::numeric_limits<double>::infinity()));
    };
    EachVector<T>(columns, [&](std::size_t column, std::size_t lane) HWY_ATTR {
      const auto mean = hn::Add(hn::Load(d, &centre_[lane]), hn::Load(d, &offset_[lane]));
      const auto first = hn::Add(Load(values + column), hn::Zero(d));  // no -0.0
      const auto none = hn::Eq(hn::Load(d, &count_[lane]), hn::Zero(d));
      const auto later = hn::IfThenElseZero(is_finite(mean), mean);
      hn::Store(hn::IfThenElse(none, first, later), d, &centres[lane]);
      if (hn::AllFalse(d, hn::AndNot(is_finite(first), none))) return;
      for (std::size_t i = 0; i < hn::Lanes(d); ++i) {
        if (count_[lane + i] == 0) centres[lane + i] = first_centre(values + column + i, rows, row_stride, 1);
      }
    });
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

/// Adds a piece of each column of a panel, at least as many as a vector has lanes.
template <class T>
void AddToPanel(const T* values, std::size_t rows, std::size_t row_stride, std::size_t columns, std::size_t ahead,
                Panel<T>& panel) {
  panel.moments.set_centres(values, rows, row_stride, columns, panel.notes.centre);
  AddPiece<tile_strip>(values, rows, row_stride, columns, ahead, panel.notes);
  panel.moments.add(panel.notes, rows, hwy::RoundUpTo(columns, hn::Lanes(Doubles())));
}

/// Fewer columns than a vector has lanes, set in a frame.
template <class T>
void AddToNarrowPanel(const T* values, std::size_t rows, std::size_t row_stride, std::size_t columns, Panel<T>& panel) {
  const std::size_t width = hn::Lanes(Doubles());
  std::array<T, tile_piece_rows * max_vector> frame;
  frame.fill(1);
  for (std::size_t i = 0; i < rows; ++i) std::copy_n(values + i * row_stride, columns, &frame[i * width]);
  AddToPanel(frame.data(), rows, width, width, 0, panel);
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
    panel.moments.clear(hwy::RoundUpTo(width, vector));
    for (std::size_t row = 0; row < rows; row += tile_piece_rows) {
      const T* top = values + row * row_stride + begin;
      const std::size_t height = std::min(tile_piece_rows, rows - row);
      if (width < vector) {
        AddToNarrowPanel(top, height, row_stride, width, panel);
      } else {
        AddToPanel(top, height, row_stride, width, tile_ahead / sizeof(T), panel);
      }
    }
    for (std::size_t i = 0; i < width; ++i) {
      moments[begin + i] = panel.moments.of(width < vector ? i : LaneOf(i, width));
      unite_nan(moments[begin + i]);
    }
  }
}

#endif
}  // namespace
}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
