#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rankwise/storage/element_type.hpp"

namespace rankwise::storage {

/// Quoted where it must be (RFC 4180), and where a reader might drop it: an empty line, white space around it.
void append_text(std::string& out, std::string_view text, char separator);

/// How long a number of this type is at most, in the fewest digits that come back the same.
std::uint64_t longest_number(ElementType type);

}  // namespace rankwise::storage
