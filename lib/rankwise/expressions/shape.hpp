#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace rankwise::expressions {

/// NumPy's: no dimension (one number), one, or two (rows × columns).
struct Shape {
  std::size_t dimensions = 0;
  std::array<std::uint64_t, 2> extents = {1, 1};  ///< the first `dimensions` of them; the others are 1

  static constexpr Shape number() { return {}; }
  static constexpr Shape vector(std::uint64_t size) { return {1, {size, 1}}; }
  static constexpr Shape matrix(std::uint64_t rows, std::uint64_t columns) { return {2, {rows, columns}}; }

  /// As a matrix: a vector is a row, as where it meets one.
  [[nodiscard]] constexpr std::uint64_t rows() const { return dimensions == 2 ? extents[0] : 1; }
  [[nodiscard]] constexpr std::uint64_t columns() const { return extents[dimensions == 2 ? 1 : 0]; }
  [[nodiscard]] constexpr std::uint64_t elements() const { return rows() * columns(); }
  [[nodiscard]] constexpr Shape transposed() const { return dimensions == 2 ? matrix(extents[1], extents[0]) : *this; }
  /// `(3, 4)`, `(3,)`, `()`
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Shape&, const Shape&) = default;
};

/// The shape of what two make element by element: extents are compared from the last one on, and 1 stands for any.
/// Nothing if they do not fit, or would have more elements than 64 bits can count.
std::optional<Shape> broadcast(const Shape& a, const Shape& b);

}  // namespace rankwise::expressions
