#include "rankwise/expressions/shape.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rankwise::expressions {

std::string Shape::text() const {
  if (dimensions == 0) return "()";
  if (dimensions == 1) return fmt::format("({},)", extents[0]);
  return fmt::format("({}, {})", extents[0], extents[1]);
}

std::optional<Shape> broadcast(const Shape& a, const Shape& b) {
  const auto fit = [](std::uint64_t one, std::uint64_t other) { return one == other || one == 1 || other == 1; };
  if (!fit(a.rows(), b.rows()) || !fit(a.columns(), b.columns())) return std::nullopt;
  const auto common = [](std::uint64_t one, std::uint64_t other) { return one == 1 ? other : one; };
  const std::uint64_t rows = common(a.rows(), b.rows()), columns = common(a.columns(), b.columns());
  std::uint64_t elements = 0;
  if (__builtin_mul_overflow(rows, columns, &elements)) return std::nullopt;
  const std::size_t dimensions = std::max(a.dimensions, b.dimensions);
  if (dimensions == 2) return Shape::matrix(rows, columns);
  return dimensions == 1 ? Shape::vector(columns) : Shape::number();
}

}  // namespace rankwise::expressions
