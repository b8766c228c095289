#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

namespace rankwise::statistics {

/// What a key was made of; narrower types widen to these.
enum class KeyKind : std::uint8_t { floating, with_sign, without_sign };

template <class T>
constexpr KeyKind key_kind = std::is_floating_point_v<T> ? KeyKind::floating
                             : std::is_signed_v<T>       ? KeyKind::with_sign
                                                         : KeyKind::without_sign;

/// A whole number that is ordered as the values are: -0.0 before 0.0, infinities at the ends. @pre not NaN
template <class T>
std::uint64_t order_key(T value) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  if constexpr (std::is_floating_point_v<T>) {
    const auto bits = std::bit_cast<std::uint64_t>(static_cast<double>(value));
    const auto mask = static_cast<std::uint64_t>(static_cast<std::int64_t>(bits) >> 63) | sign;
    return bits ^ mask;
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value)) ^ sign;
  } else {
    return value;
  }
}

/// The double of a floating key.
inline double double_of_key(std::uint64_t key) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  return std::bit_cast<double>((key & sign) != 0 ? key ^ sign : ~key);
}

/// The integer of a key `with_sign`.
inline std::int64_t integer_of_key(std::uint64_t key) {
  return static_cast<std::int64_t>(key ^ (std::uint64_t{1} << 63));
}

}  // namespace rankwise::statistics
