#include "rankwise/storage/convert_elements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "rankwise/base/errors.hpp"

namespace rankwise::storage {
namespace {

/// Whether `value` is one of To's. An integer type's least and the number after its greatest are powers of two, which
/// floating-point types have.
template <class To, class From>
bool holds(From value) {
  if constexpr (std::is_integral_v<From>) {
    return std::in_range<To>(value);
  } else {
    constexpr auto end = static_cast<From>(std::uint64_t{1} << (std::numeric_limits<To>::digits - 1)) * From{2};
    constexpr From begin = std::is_signed_v<To> ? -end : From{0};
    return value >= begin && value < end && static_cast<From>(static_cast<To>(value)) == value;
  }
}

/// float64 as float32. @return how many there were before the first whose nearest one is an infinity, and it is none
std::size_t narrow(const double* from, float* to, std::size_t size) {
  bool too_large = false;
  for (std::size_t i = 0; i < size; ++i) {
    const auto value = static_cast<float>(from[i]);
    to[i] = value == value ? value : std::numeric_limits<float>::quiet_NaN();
    too_large |= std::isinf(value) && !std::isinf(from[i]);
  }
  if (!too_large) return size;
  const double* first =
      std::find_if(from, from + size, [](double x) { return std::isinf(static_cast<float>(x)) && !std::isinf(x); });
  return static_cast<std::size_t>(first - from);
}

template <class From, class To>
std::size_t convert(const From* from, To* to, std::size_t size) {
  if constexpr (std::is_same_v<From, double> && std::is_same_v<To, float>) return narrow(from, to, size);
  for (std::size_t i = 0; i < size; ++i) {
    if constexpr (std::is_same_v<To, double> && std::is_integral_v<From> && sizeof(From) == 8) {
      if (!is_double(from[i])) return i;
      to[i] = static_cast<double>(from[i]);
    } else if constexpr (std::is_floating_point_v<To>) {
      const auto value = static_cast<To>(from[i]);
      to[i] = value == value ? value : std::numeric_limits<To>::quiet_NaN();
    } else {
      if (!holds<To>(from[i])) return i;
      to[i] = static_cast<To>(from[i]);
    }
  }
  return size;
}

}  // namespace

std::size_t convert_elements(ElementType from_type, const std::byte* from, ElementType to_type,
                             std::span<std::byte> to) {
  return with_type(from_type, [&](auto from_zero) {
    return with_type(to_type, [&](auto to_zero) {
      using To = decltype(to_zero);
      return convert(reinterpret_cast<const decltype(from_zero)*>(from), reinterpret_cast<To*>(to.data()),
                     to.size() / sizeof(To));
    });
  });
}

void convert_region(ElementType from_type, const std::byte* from, const MatrixShape& shape, const Region& region,
                    std::span<std::byte> to) {
  const std::size_t converted = convert_elements(from_type, from, shape.type, to);
  if (converted == region.elements()) return;
  const bool by_rows = shape.contiguous == Contiguous::rows;
  const std::uint64_t length = by_rows ? region.columns.size() : region.rows.size();
  const std::uint64_t outer = converted / length, inner = converted % length;
  with_type(from_type, [&](auto zero) {
    const auto value = reinterpret_cast<const decltype(zero)*>(from)[converted];
    throw InputError(fmt::format("row {}, column {} is {}, which {} does not hold (--dtype chooses another type)",
                                 region.rows.begin + (by_rows ? outer : inner),
                                 region.columns.begin + (by_rows ? inner : outer), value, name_of(shape.type)));
  });
}

}  // namespace rankwise::storage
