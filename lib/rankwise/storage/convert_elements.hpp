#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "rankwise/storage/element_type.hpp"
#include "rankwise/storage/matrix_output.hpp"

namespace rankwise::storage {

/// Whether an integer is one of float64's: its significant bits are at most 53.
template <std::integral From>
bool is_double(From value) {
  const auto bits = static_cast<std::uint64_t>(value);
  const std::uint64_t magnitude = value < 0 ? 0 - bits : bits;
  return magnitude == 0 || (magnitude >> std::countr_zero(magnitude)) < (std::uint64_t{1} << 53);
}

/// Elements of one type as elements of another, as far as that has them. A floating-point type takes the nearest of its
/// own (NaN becomes the one of digests), if that is no infinity of a number; an integer type takes what it holds
/// exactly, and so does float64 of integers.
/// @param from aligned for their type; may be where they go to, if that is of the same type
/// @param to as many
/// @return how many there were before the first that cannot be held: all of them, if there is none
std::size_t convert_elements(ElementType from_type, const std::byte* from, ElementType to_type,
                             std::span<std::byte> to);

/// The same for a region of a matrix, in the order of its layout. @throws InputError that tells which element does not
/// fit
void convert_region(ElementType from_type, const std::byte* from, const MatrixShape& shape, const Region& region,
                    std::span<std::byte> to);

}  // namespace rankwise::storage
