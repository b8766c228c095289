#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rankwise::storage {

/// The types that a tile's elements have in memory, in this machine's byte order.
enum class ElementType : std::uint8_t { int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64 };

std::size_t size_of(ElementType type);
/// NumPy's word: `float64`.
std::string_view name_of(ElementType type);
constexpr bool is_floating(ElementType type) {
  return type >= ElementType::float32;
}

/// Whether a value from anywhere is one of them.
constexpr bool is_type(ElementType type) {
  return type <= ElementType::float64;
}

/// Calls `act` with a value of the C++ type that `type` stands for.
template <class Act>
decltype(auto) with_type(ElementType type, Act&& act) {
  switch (type) {
    case ElementType::int8:
      return act(std::int8_t{});
    case ElementType::int16:
      return act(std::int16_t{});
    case ElementType::int32:
      return act(std::int32_t{});
    case ElementType::int64:
      return act(std::int64_t{});
    case ElementType::uint8:
      return act(std::uint8_t{});
    case ElementType::uint16:
      return act(std::uint16_t{});
    case ElementType::uint32:
      return act(std::uint32_t{});
    case ElementType::uint64:
      return act(std::uint64_t{});
    case ElementType::float32:
      return act(float{});
    case ElementType::float64:
      break;
  }
  return act(double{});
}

}  // namespace rankwise::storage
