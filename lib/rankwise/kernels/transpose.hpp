#pragma once

#include <cstddef>
#include <cstring>

namespace rankwise::kernels {

/// to[r · to_stride + c] = from[r + c · from_stride] for r < rows, c < columns, where an element has eight bytes:
/// squares of it are turned in registers, along lines that stay in the cache.
void transpose_words(const std::byte* from, std::size_t from_stride, std::size_t rows, std::size_t columns,
                     std::byte* to, std::size_t to_stride);

/// The same for elements of any type that is copied by its bytes, bit for bit.
template <class T>
void transpose(const T* from, std::size_t from_stride, std::size_t rows, std::size_t columns, T* to,
               std::size_t to_stride) {
  if constexpr (sizeof(T) == 8) {
    transpose_words(reinterpret_cast<const std::byte*>(from), from_stride, rows, columns,
                    reinterpret_cast<std::byte*>(to), to_stride);
  } else {
    constexpr std::size_t side = 32;
    for (std::size_t first_row = 0; first_row < rows; first_row += side) {
      const std::size_t row_end = first_row + side < rows ? first_row + side : rows;
      for (std::size_t first_column = 0; first_column < columns; first_column += side) {
        const std::size_t column_end = first_column + side < columns ? first_column + side : columns;
        for (std::size_t r = first_row; r < row_end; ++r) {
          for (std::size_t c = first_column; c < column_end; ++c) to[r * to_stride + c] = from[r + c * from_stride];
        }
      }
    }
  }
}

}  // namespace rankwise::kernels
