#pragma once

#include <string>
#include <string_view>

namespace rankwise {

/// The characters of UTF-8 text. What is none becomes U+FFFD, as the Unicode standard counts it (section 3.9, "U+FFFD
/// substitution of maximal subparts"), and so does NUL, where C strings would end.
std::u32string characters(std::string_view text);
std::string utf8(std::u32string_view characters);
/// The text with U+FFFD for what is no UTF-8.
std::string valid_utf8(std::string_view text);

}  // namespace rankwise
