// The moments of columns side by side: panels of them, from top to bottom.
// Included once for each target; hence no #pragma once.

#if defined(RANKWISE_MOMENTS_PANEL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef RANKWISE_MOMENTS_PANEL_INL
#undef RANKWISE_MOMENTS_PANEL_INL
#else
#define RANKWISE_MOMENTS_PANEL_INL
#endif

#include <hwy/highway.h>

#include <bit>
#include <vector>

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
  void merge(const PanelMoments& right, std::size_t columns) {
    for (std::size_t i = 0; i < columns; ++i) append(moments_[i], right.moments_[i]);
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
      const auto missing = at(notes.nan), count = hn::Sub(hn::Set(d, static_cast<double>(rows)), missing);
      const auto constant = hn::Eq(hn::Sub(at(notes.max), at(notes.min)), hn::Zero(d));
      const auto centre = hn::IfThenElse(constant, at(notes.min), at(notes.centre));
      const auto residual = at(notes.residual);
      const auto offset = hn::IfThenZeroElse(constant, hn::Div(residual, count));
      const auto m2 = hn::IfThenZeroElse(constant, SquaresFromMean(at(notes.squares), residual, offset));
      Append(i, {count, missing, at(notes.sum), centre, offset, m2, at(notes.min), at(notes.max)});
    }
  }
  void merge(const PanelMoments& right, std::size_t columns) {
    const Doubles d;
    for (std::size_t i = 0; i < columns; i += hn::Lanes(d)) {
      const auto at = [&](const Values& values) HWY_ATTR { return hn::Load(d, &values[i]); };
      Append(i, {at(right.count_), at(right.nan_), at(right.sum_), at(right.centre_), at(right.offset_), at(right.m2_),
                 at(right.min_), at(right.max_)});
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
  using Vector = hn::Vec<Doubles>;
  /// The moments of a vector of columns.
  struct Right {
    Vector count, nan, sum, centre, offset, m2, min, max;
  };

  HWY_INLINE void Append(std::size_t i, const Right& right) {
    const Doubles d;
    const auto at = [&](const Values& values) HWY_ATTR { return hn::Load(d, &values[i]); };
    const auto count = at(count_), offset = at(offset_), centre = at(centre_), m2 = at(m2_);
    const auto delta = hn::Sub(hn::Add(hn::Sub(right.centre, centre), right.offset), offset);
    const auto share = hn::Div(right.count, hn::Add(count, right.count));
    const auto new_offset = hn::Add(offset, hn::Mul(delta, share));
    const auto spread = hn::Mul(hn::Mul(delta, delta), hn::Mul(count, share));
    const auto new_m2 = hn::Add(m2, hn::Add(right.m2, spread));

    const auto first = hn::Eq(count, hn::Zero(d)), none = hn::Eq(right.count, hn::Zero(d));
    const auto put = [&](Values& values, auto if_first, auto otherwise) HWY_ATTR {
      hn::Store(hn::IfThenElse(none, at(values), hn::IfThenElse(first, if_first, otherwise)), d, &values[i]);
    };
    put(offset_, right.offset, new_offset);
    put(m2_, right.m2, new_m2);
    put(centre_, right.centre, centre);
    put(sum_, right.sum, hn::Add(at(sum_), right.sum));
    put(min_, right.min, Lesser(at(min_), right.min));
    put(max_, right.max, Greater(at(max_), right.max));
    hn::Store(hn::Add(count, right.count), d, &count_[i]);
    hn::Store(hn::Add(at(nan_), right.nan), d, &nan_[i]);
  }

  alignas(64) Values count_;
  alignas(64) Values nan_;
  alignas(64) Values sum_;
  alignas(64) Values centre_;
  alignas(64) Values offset_;
  alignas(64) Values m2_;
  alignas(64) Values min_;
  alignas(64) Values max_;
};

/// Rows side by side, from top to bottom.
template <class T>
struct PanelValues {
  const T* values;
  std::size_t rows;
  std::size_t row_stride;
  std::size_t columns;
  std::size_t ahead;  ///< values: so far ahead of the loads is fetched

  PanelValues part(std::size_t first, std::size_t count) const {
    return {values + first * row_stride, count, row_stride, columns, ahead};
  }
};

/// At least as many columns as a vector has lanes.
template <class T>
void AddPieceOfPanel(const PanelValues<T>& piece, PanelMoments<T>& moments) {
  PieceNotes<T, panel_columns> notes;
  moments.set_centres(piece.values, piece.rows, piece.row_stride, piece.columns, notes.centre);
  AddPiece<tile_strip>(piece.values, piece.rows, piece.row_stride, piece.columns, piece.ahead, notes);
  moments.add(notes, piece.rows, hwy::RoundUpTo(piece.columns, hn::Lanes(Doubles())));
}

/// Fewer, set in a frame.
template <class T>
void AddPieceOfNarrowPanel(const PanelValues<T>& piece, PanelMoments<T>& moments) {
  const std::size_t width = hn::Lanes(Doubles());
  std::array<T, tile_piece_rows * max_vector> frame;
  frame.fill(1);
  for (std::size_t i = 0; i < piece.rows; ++i) {
    std::copy_n(piece.values + i * piece.row_stride, piece.columns, &frame[i * width]);
  }
  AddPieceOfPanel<T>({frame.data(), piece.rows, width, width, 0}, moments);
}

/// The moments of the steps of a panel, merged, come to moments[0]; further on there is room for right children.
template <class T>
void AddSteps(const PanelValues<T>& panel, std::size_t step_rows, PanelMoments<T>* moments) {
  const std::size_t left_rows = rows_of_left_child(panel.rows, step_rows), vector = hn::Lanes(Doubles());
  if (left_rows < panel.rows) {
    AddSteps(panel.part(0, left_rows), step_rows, moments);
    AddSteps(panel.part(left_rows, panel.rows - left_rows), step_rows, moments + 1);
    return moments[0].merge(moments[1], hwy::RoundUpTo(panel.columns, vector));
  }
  moments[0].clear(hwy::RoundUpTo(panel.columns, vector));
  for (std::size_t row = 0; row < panel.rows; row += tile_piece_rows) {
    const auto piece = panel.part(row, std::min(tile_piece_rows, panel.rows - row));
    if (panel.columns < vector) {
      AddPieceOfNarrowPanel(piece, moments[0]);
    } else {
      AddPieceOfPanel(piece, moments[0]);
    }
  }
}

template <class T>
void MomentsOfColumns(const T* values, std::size_t rows, std::size_t row_stride, std::size_t step_rows,
                      std::span<MomentsOf<T>> moments) {
  const std::size_t columns = moments.size(), vector = hn::Lanes(Doubles());
  // Panels of nearly equal widths, which begin where a vector does.
  const std::size_t panels = hwy::DivCeil(columns, panel_columns - max_vector);
  const auto border = [&](std::size_t panel) {
    return panel == panels ? columns : columns * panel / panels / max_vector * max_vector;
  };
  std::vector<PanelMoments<T>> of_panel(1 + std::bit_width(rows / step_rows));
  for (std::size_t p = 0; p < panels; ++p) {
    const std::size_t begin = border(p), width = border(p + 1) - begin;
    // The strip after this one is fetched: it comes when this one is done, and what lies beside them later.
    const std::size_t ahead = tile_strip * row_stride * hwy::DivCeil(panel_columns, width);
    AddSteps<T>({values + begin, rows, row_stride, width, ahead}, step_rows, of_panel.data());
    for (std::size_t i = 0; i < width; ++i) {
      moments[begin + i] = of_panel[0].of(width < vector ? i : LaneOf(i, width));
      unite_nan(moments[begin + i]);
    }
  }
}

#endif
}  // namespace
}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
