#pragma once

#include <cstddef>
#include <span>

#include "rankwise/storage/element_type.hpp"
#include "rankwise/storage/matrix_output.hpp"

namespace rankwise::storage {

/// Elements of one type as elements of another, as far as that has them. A floating-point type takes the nearest of its
/// own (NaN becomes the one of digests, what is too large an infinity); an integer type takes what it holds exactly,
/// and so does float64 of integers.
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
