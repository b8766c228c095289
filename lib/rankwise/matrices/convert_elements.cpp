#include "rankwise/matrices/convert_elements.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "rankwise/base/errors.hpp"

namespace rankwise::matrices {
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

template <class From, class To>
void convert(const From* from, To* to, std::size_t size) {
  if constexpr (std::is_floating_point_v<To>) {
    for (std::size_t i = 0; i < size; ++i) {
      const auto value = static_cast<To>(from[i]);
      to[i] = value == value ? value : std::numeric_limits<To>::quiet_NaN();
    }
  } else {
    for (std::size_t i = 0; i < size; ++i) {
      if (!holds<To>(from[i])) {
        throw InputError(fmt::format("{} cannot be of an integer type of {} bytes{}", from[i], sizeof(To),
                                     std::is_signed_v<To> ? "" : " without sign"));
      }
      to[i] = static_cast<To>(from[i]);
    }
  }
}

}  // namespace

void convert_elements(storage::ElementType from_type, const std::byte* from, storage::ElementType to_type,
                      std::span<std::byte> to) {
  storage::with_type(from_type, [&](auto from_zero) {
    storage::with_type(to_type, [&](auto to_zero) {
      using To = decltype(to_zero);
      convert(reinterpret_cast<const decltype(from_zero)*>(from), reinterpret_cast<To*>(to.data()),
              to.size() / sizeof(To));
    });
  });
}

}  // namespace rankwise::matrices
