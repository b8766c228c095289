#pragma once

#include <cstdint>
#include <span>

#include "rankwise/random/philox.hpp"

namespace rankwise::kernels {

/// to[i] = random::unit_interval(stream.word64(first + i)), in [0, 1).
void uniform(const random::Stream& stream, std::uint64_t first, std::span<double> to);

namespace reference {
/// The scalar twin, one number at a time.
void uniform(const random::Stream& stream, std::uint64_t first, std::span<double> to);
}  // namespace reference

}  // namespace rankwise::kernels
