#pragma once

#include <cstdint>
#include <string_view>

namespace rankwise {

/// Reads a whole number from 0 to 2^64 − 1: `10000000000`, `1e10`, `2.5e9` and `10_000` are understood, exactly.
/// @throws UsageError naming `what` if the text is no such number.
std::uint64_t parse_count(std::string_view text, std::string_view what);

/// Reads a real number: `0.001`, `1e-3`, `-2`; neither NaN nor infinite.
/// @throws UsageError naming `what` if the text is no such number.
double parse_real(std::string_view text, std::string_view what);

}  // namespace rankwise
