#include "rankwise/storage/element_type.hpp"

#include <array>

namespace rankwise::storage {

std::size_t size_of(ElementType type) {
  return with_type(type, [](auto value) { return sizeof(value); });
}

std::string_view name_of(ElementType type) {
  constexpr std::array<std::string_view, 10> names{"int8",   "int16",  "int32",  "int64",   "uint8",
                                                   "uint16", "uint32", "uint64", "float32", "float64"};
  return names.at(static_cast<std::size_t>(type));
}

}  // namespace rankwise::storage
