#pragma once

#include <cstdint>
#include <string>

namespace rankwise {

/// A sum of 64-bit integers that cannot overflow: 2^64 of them fit.
__extension__ typedef __int128 WideInteger;

std::string to_string(WideInteger value);

constexpr bool fits_int64(WideInteger value) {
  return value >= INT64_MIN && value <= INT64_MAX;
}
constexpr bool fits_uint64(WideInteger value) {
  return value >= 0 && value <= WideInteger{UINT64_MAX};
}

}  // namespace rankwise
