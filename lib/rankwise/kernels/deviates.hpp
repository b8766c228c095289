#pragma once

#include <cstdint>
#include <span>

#include "rankwise/random/philox.hpp"

namespace rankwise::kernels {

/// to[i] = random::unit_interval(words[i]), bit for bit: in [0, 1). @pre as many of each
void uniform(std::span<const std::uint64_t> words, std::span<double> to);
/// to[i] = random::normal_deviate(words[i]), bit for bit. @pre as many of each
void normal(std::span<const std::uint64_t> words, std::span<double> to);

/// Of the words first, first + 1, ... of a stream.
void uniform(const random::Stream& stream, std::uint64_t first, std::span<double> to);
void normal(const random::Stream& stream, std::uint64_t first, std::span<double> to);

namespace reference {
/// The scalar twins, one number at a time.
void uniform(std::span<const std::uint64_t> words, std::span<double> to);
void normal(std::span<const std::uint64_t> words, std::span<double> to);
}  // namespace reference

}  // namespace rankwise::kernels
