#pragma once

#include <cstdint>
#include <span>

#include "rankwise/random/philox.hpp"

namespace rankwise::kernels {

/// to[i] = stream.word64(first + i).
void words(const random::Stream& stream, std::uint64_t first, std::span<std::uint64_t> to);

namespace reference {
/// The scalar twin, one word at a time.
void words(const random::Stream& stream, std::uint64_t first, std::span<std::uint64_t> to);
}  // namespace reference

}  // namespace rankwise::kernels
