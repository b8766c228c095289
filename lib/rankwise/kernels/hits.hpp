#pragma once

#include <cstdint>

#include "rankwise/random/philox.hpp"

namespace rankwise::kernels {

/// How many of the points with numbers [begin, end) fall into the quarter circle. Point n takes its 32-bit coordinates
/// (x, y) from half n % 2 of draw n / 2 of the stream; it is a hit if x² + y² < 2^64, exactly.
std::uint64_t count_hits(const random::Stream& stream, std::uint64_t begin, std::uint64_t end);

namespace reference {
/// The scalar twin, one point at a time.
std::uint64_t count_hits(const random::Stream& stream, std::uint64_t begin, std::uint64_t end);
}  // namespace reference

}  // namespace rankwise::kernels
