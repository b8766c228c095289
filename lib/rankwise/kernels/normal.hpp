#pragma once

#include <cstdint>
#include <span>

#include "rankwise/random/philox.hpp"

namespace rankwise::kernels {

/// to[i] = random::normal_deviate(stream.word64(first + i)), bit for bit.
void normal(const random::Stream& stream, std::uint64_t first, std::span<double> to);

namespace reference {
/// The scalar twin, one number at a time.
void normal(const random::Stream& stream, std::uint64_t first, std::span<double> to);
}  // namespace reference

}  // namespace rankwise::kernels
