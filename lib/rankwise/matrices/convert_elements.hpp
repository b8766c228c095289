#pragma once

#include <cstddef>
#include <span>

#include "rankwise/storage/element_type.hpp"

namespace rankwise::matrices {

/// Elements of one type as elements of another. A floating-point type takes the nearest of its own (NaN becomes the one
/// of digests, what is too large an infinity); an integer type takes what it holds exactly.
/// @param from aligned for their type
/// @param to as many
/// @throws InputError for a number that an integer type cannot hold: one with a fraction, NaN, one too large
void convert_elements(storage::ElementType from_type, const std::byte* from, storage::ElementType to_type,
                      std::span<std::byte> to);

}  // namespace rankwise::matrices
