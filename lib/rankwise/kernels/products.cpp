#include "rankwise/kernels/products.hpp"

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "rankwise/kernels/products-types.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/products.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {

// A target whose multiply-add rounds twice would give other bits; one without a fixed length has no arrays of vectors.
#if HWY_TARGET != HWY_SCALAR && HWY_NATIVE_FMA && !HWY_HAVE_SCALABLE

namespace hn = hwy::HWY_NAMESPACE;
using Doubles = hn::CappedTag<double, strip_columns>;
using Vector = hn::Vec<Doubles>;

constexpr std::size_t lanes = hn::MaxLanes(Doubles());
constexpr std::size_t vectors_per_strip = strip_columns / lanes;
// A tile of sums fills the registers: 8 × 3 of 32 vectors, or 4 × 3 of 16.
constexpr std::size_t tile_rows = HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM ? 8 : 4;
constexpr std::size_t tile_vectors = 3;

/// One row of a strip.
template <class T>
HWY_INLINE Vector LoadDoubles(const T* values) {
  const Doubles d;
  if constexpr (std::is_same_v<T, double>) {
    return hn::LoadU(d, values);
  } else if constexpr (std::is_same_v<T, float> || std::is_same_v<T, std::int32_t>) {
    return hn::PromoteTo(d, hn::LoadU(hn::Rebind<T, Doubles>(), values));
  } else {
    alignas(64) double converted[lanes];
    for (std::size_t i = 0; i < lanes; ++i) converted[i] = static_cast<double>(values[i]);
    return hn::Load(d, converted);
  }
}

template <class T>
void TakeWholeStrip(const T* values, std::size_t rows, std::size_t row_stride, const double* centres, double* strip) {
  const Doubles d;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t v = 0; v < strip_columns; v += lanes) {
      const auto centre = hn::LoadU(d, centres + v);
      hn::Store(hn::Sub(LoadDoubles(values + r * row_stride + v), centre), d, strip + r * strip_columns + v);
    }
  }
}

/// Of columns that lie together in themselves, or of a strip that is not whole.
template <class T>
void TakeColumns(const TileView<T>& tile, std::span<const double> centres, double* strip) {
  for (std::size_t c = 0; c < strip_columns; ++c) {
    if (c >= centres.size()) {
      for (std::size_t r = 0; r < tile.rows; ++r) strip[r * strip_columns + c] = 0;
      continue;
    }
    const T* column = tile.values + c * tile.column_stride;
    for (std::size_t r = 0; r < tile.rows; ++r) {
      strip[r * strip_columns + c] = static_cast<double>(column[r * tile.row_stride]) - centres[c];
    }
  }
}

template <class T>
void Take(const TileView<T>& tile, std::span<const double> centres, Deviations& deviations) {
  deviations.rows = tile.rows;
  deviations.columns = centres.size();
  deviations.lines.resize(deviations.strips() * tile.rows);
  if (tile.rows == 0) return;
  for (std::size_t c = 0; c < centres.size(); c += strip_columns) {
    double* strip = deviations.strip(c / strip_columns);
    const T* values = tile.values + c * tile.column_stride;
    const auto own = centres.subspan(c, std::min(strip_columns, centres.size() - c));
    if (own.size() == strip_columns && tile.column_stride == 1) {
      TakeWholeStrip(values, tile.rows, tile.row_stride, own.data(), strip);
    } else {
      TakeColumns(TileView<T>{values, tile.rows, tile.row_stride, tile.column_stride}, own, strip);
    }
  }
}

/// The products of tile_rows columns on the left and `vectors` times `lanes` on the right.
template <std::size_t vectors>
HWY_INLINE void AddTile(const double* left, const std::array<const double*, tile_vectors>& right, std::size_t rows,
                        double* sums, std::size_t width) {
  const Doubles d;
  Vector sum[tile_rows][vectors];
  HWY_UNROLL(8)
  for (std::size_t i = 0; i < tile_rows; ++i) {
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < vectors; ++v) sum[i][v] = hn::Zero(d);
  }
  for (std::size_t line = 0; line < rows * strip_columns; line += strip_columns) {
    Vector b[vectors];
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < vectors; ++v) b[v] = hn::LoadU(d, right[v] + line);
    HWY_UNROLL(8)
    for (std::size_t i = 0; i < tile_rows; ++i) {
      const auto a = hn::Set(d, left[line + i]);
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < vectors; ++v) sum[i][v] = hn::MulAdd(a, b[v], sum[i][v]);
    }
  }
  HWY_UNROLL(8)
  for (std::size_t i = 0; i < tile_rows; ++i) {
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < vectors; ++v) {
      double* to = sums + i * width + v * lanes;
      hn::StoreU(hn::Add(hn::LoadU(d, to), sum[i][v]), d, to);
    }
  }
}

void Add(const DeviationsView& left, const DeviationsView& right, Wanted wanted, std::span<double> sums) {
  if (left.rows == 0) return;
  const std::size_t width = whole_strips(right.columns), vectors = right.strips() * vectors_per_strip;
  for (std::size_t first = 0; first < vectors; first += tile_vectors) {
    const std::size_t count = std::min(tile_vectors, vectors - first);
    std::array<const double*, tile_vectors> b{};
    for (std::size_t v = 0; v < count; ++v) {
      b[v] = right.strip((first + v) / vectors_per_strip) + (first + v) % vectors_per_strip * lanes;
    }
    const std::size_t height = whole_strips(left.columns), last_column = (first + count) * lanes - 1;
    for (std::size_t i = 0; i < height; i += tile_rows) {
      if (wanted == Wanted::upper && i > last_column) break;
      const double* a = left.strip(i / strip_columns) + i % strip_columns;
      double* to = &sums[i * width + first * lanes];
      if (count == 3) AddTile<3>(a, b, left.rows, to, width);
      if (count == 2) AddTile<2>(a, b, left.rows, to, width);
      if (count == 1) AddTile<1>(a, b, left.rows, to, width);
    }
  }
}

#else

template <class T>
void Take(const TileView<T>& tile, std::span<const double> centres, Deviations& deviations) {
  reference::take_deviations(tile, centres, deviations);
}
void Add(const DeviationsView& left, const DeviationsView& right, Wanted wanted, std::span<double> sums) {
  reference::add_products(left, right, wanted, sums);
}

#endif

}  // namespace

const ProductsKernels& ProductsTable() {
  static constexpr ProductsKernels kernels{
      {&Take<double>, &Take<float>, &Take<std::int8_t>, &Take<std::int16_t>, &Take<std::int32_t>, &Take<std::int64_t>,
       &Take<std::uint8_t>, &Take<std::uint16_t>, &Take<std::uint32_t>, &Take<std::uint64_t>},
      &Add};
  return kernels;
}

}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rankwise::kernels {

HWY_EXPORT(ProductsTable);

template <class T>
void take_deviations(const TileView<T>& tile, std::span<const double> centres, Deviations& deviations) {
  std::get<TakeDeviations<T>>(HWY_DYNAMIC_DISPATCH(ProductsTable)().take)(tile, centres, deviations);
}

RANKWISE_INSTANTIATE_DEVIATIONS()

void add_products(const DeviationsView& left, const DeviationsView& right, Wanted wanted, std::span<double> sums) {
  HWY_DYNAMIC_DISPATCH(ProductsTable)().add(left, right, wanted, sums);
}

}  // namespace rankwise::kernels
#endif
