#pragma once

#include <cstdint>

/// act(T) for each type of value that kernels take.
#define RANKWISE_FOR_EACH_VALUE_TYPE(act)                                                                         \
  act(double) act(float) act(std::int8_t) act(std::int16_t) act(std::int32_t) act(std::int64_t) act(std::uint8_t) \
      act(std::uint16_t) act(std::uint32_t) act(std::uint64_t)

/// For a table with an entry KernelsOf<T>() for each of them.
#define RANKWISE_KERNELS_OF(T) KernelsOf<T>(),
