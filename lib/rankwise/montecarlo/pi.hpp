#pragma once

#include <cstdint>
#include <string>

#include "rankwise/engine/context.hpp"

namespace rankwise::montecarlo {

struct PiOptions {
  std::uint64_t samples = 0;  ///< at least 1
  std::uint64_t seed = 0;
};

/// π = 4 hits / samples, from points that are uniform in a square; how many fall into the quarter circle.
struct PiEstimate {
  std::uint64_t samples = 0;
  std::uint64_t seed = 0;
  std::uint64_t hits = 0;

  [[nodiscard]] double value() const;
  /// Of the binomial distribution: 4 sqrt(p (1 - p) / samples), p = hits / samples.
  [[nodiscard]] double standard_error() const;
  [[nodiscard]] std::string digest() const;
};

/// Points n = 0 .. samples - 1 of the stream (seed, pi) in 32-bit coordinates; see kernels::count_hits. The hits are an
/// integer that depends on the samples and the seed alone.
/// @return complete on rank 0 alone
/// @note Collective
PiEstimate estimate_pi(const engine::Context& context, const PiOptions& options);

}  // namespace rankwise::montecarlo
