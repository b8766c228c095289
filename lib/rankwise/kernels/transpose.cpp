#include "rankwise/kernels/transpose.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rankwise/kernels/transpose.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace rankwise::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t size = sizeof(std::uint64_t);

void CopyOne(const std::byte* from, std::size_t from_stride, std::size_t row, std::size_t column, std::byte* to,
             std::size_t to_stride) {
  std::memcpy(to + (row * to_stride + column) * size, from + (row + column * from_stride) * size, size);
}

#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE

constexpr std::size_t side = 1;
void TransposeSquare(const std::byte* from, std::size_t from_stride, std::byte* to, std::size_t to_stride) {
  CopyOne(from, from_stride, 0, 0, to, to_stride);
}

#else

using Words = hn::CappedTag<std::uint64_t, 8>;
constexpr std::size_t side = hn::MaxLanes(Words());
using Vector = hn::Vec<Words>;

/// Of `count` vectors of that many blocks of 16 bytes: block i of vector j goes to block j of vector i.
template <std::size_t count>
std::array<Vector, count> TransposeBlocks(const std::array<Vector, count>& v) {
  const Words d;
  if constexpr (count == 1) {
    return v;
  } else {
    const auto even = [&](std::size_t i) { return hn::OddEvenBlocks(hn::SwapAdjacentBlocks(v[i + 1]), v[i]); };
    const auto odd = [&](std::size_t i) { return hn::OddEvenBlocks(v[i + 1], hn::SwapAdjacentBlocks(v[i])); };
    if constexpr (count == 2) {
      return {even(0), odd(0)};
    } else {
      static_assert(count == 4);
      const Vector e0 = even(0), e2 = even(2), o0 = odd(0), o2 = odd(2);
      return {hn::ConcatLowerLower(d, e2, e0), hn::ConcatLowerLower(d, o2, o0), hn::ConcatUpperUpper(d, e2, e0),
              hn::ConcatUpperUpper(d, o2, o0)};
    }
  }
}

/// side × side elements. In pairs of vectors, those of even and of odd places go together; then blocks of two do.
HWY_INLINE void TransposeSquare(const std::byte* from, std::size_t from_stride, std::byte* to, std::size_t to_stride) {
  const Words d;
  std::array<Vector, side / 2> even, odd;
  HWY_UNROLL(4)
  for (std::size_t i = 0; i < side / 2; ++i) {
    const auto* lines = reinterpret_cast<const std::uint64_t*>(from + 2 * i * from_stride * size);
    const Vector a = hn::LoadU(d, lines), b = hn::LoadU(d, lines + from_stride);
    even[i] = hn::InterleaveLower(d, a, b);
    odd[i] = hn::InterleaveUpper(d, a, b);
  }
  even = TransposeBlocks(even);
  odd = TransposeBlocks(odd);
  HWY_UNROLL(4)
  for (std::size_t i = 0; i < side / 2; ++i) {
    auto* lines = reinterpret_cast<std::uint64_t*>(to + 2 * i * to_stride * size);
    hn::StoreU(even[i], d, lines);
    hn::StoreU(odd[i], d, lines + to_stride);
  }
}

#endif

}  // namespace

void Transpose(const std::byte* from, std::size_t from_stride, std::size_t rows, std::size_t columns, std::byte* to,
               std::size_t to_stride) {
  // The lines that one column of squares takes from stay in the cache for the next; those it goes to are long enough
  // for whole pages.
  constexpr std::size_t panel = 512;
  const std::size_t whole_rows = rows / side * side;
  for (std::size_t begin = 0; begin < columns; begin += panel) {
    const std::size_t end = std::min(columns, begin + panel), whole_end = begin + (end - begin) / side * side;
    for (std::size_t r = 0; r < whole_rows; r += side) {
      for (std::size_t c = begin; c < whole_end; c += side) {
        TransposeSquare(from + (r + c * from_stride) * size, from_stride, to + (r * to_stride + c) * size, to_stride);
      }
      for (std::size_t c = whole_end; c < end; ++c) {
        for (std::size_t i = 0; i < side; ++i) CopyOne(from, from_stride, r + i, c, to, to_stride);
      }
    }
    for (std::size_t c = begin; c < end; ++c) {
      for (std::size_t r = whole_rows; r < rows; ++r) CopyOne(from, from_stride, r, c, to, to_stride);
    }
  }
}

}  // namespace rankwise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace rankwise::kernels {

HWY_EXPORT(Transpose);

void transpose_words(const std::byte* from, std::size_t from_stride, std::size_t rows, std::size_t columns,
                     std::byte* to, std::size_t to_stride) {
  HWY_DYNAMIC_DISPATCH(Transpose)(from, from_stride, rows, columns, to, to_stride);
}

}  // namespace rankwise::kernels
#endif
