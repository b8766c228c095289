#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <string_view>
#include <utility>

#include "rankwise/base/errors.hpp"

namespace rankwise {

/// `value` as a `To`, the quantity named in the error where it does not fit.
/// @throws InputError
template <std::integral To, std::integral From>
constexpr To checked_cast(From value, std::string_view quantity) {
  if (!std::in_range<To>(value)) throw InputError(fmt::format("{} is too large: {}", quantity, value));
  return static_cast<To>(value);
}

/// a · b, the quantity named in the error where it does not fit into 64 bits.
/// @throws InputError
constexpr std::uint64_t checked_product(std::uint64_t a, std::uint64_t b, std::string_view quantity) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) {
    throw InputError(fmt::format("{} is too large: {} × {}", quantity, a, b));
  }
  return product;
}

/// a + b, the quantity named in the error where it does not fit into 64 bits.
/// @throws InputError
constexpr std::uint64_t checked_sum(std::uint64_t a, std::uint64_t b, std::string_view quantity) {
  std::uint64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) {
    throw InputError(fmt::format("{} is too large: {} + {}", quantity, a, b));
  }
  return sum;
}

/// ceil(a / b) for b > 0, without overflow.
constexpr std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) {
  return a / b + (a % b != 0 ? 1 : 0);
}

}  // namespace rankwise
