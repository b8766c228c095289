#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "rankwise/blocks/grid.hpp"
#include "rankwise/engine/context.hpp"
#include "rankwise/engine/plan.hpp"

namespace rankwise::montecarlo {

/// How points are drawn until an error is reached: in batches that depend on nothing else.
struct PiBatches {
  std::uint64_t first = std::uint64_t{1} << 24;  ///< points in the first batch; each later one doubles their total
};

struct PiOptions {
  std::uint64_t samples = 0;  ///< at least 1; with `until_error`, the most that is drawn
  std::uint64_t seed = 0;
  std::optional<double> until_error =
      {};  ///< stop at the end of the first batch that surely brings the error down to it
  PiBatches batches = {};
  /// Called on every rank before a batch is drawn, with the numbers of its points.
  std::function<void(blocks::Range points)> before_batch = {};
};

/// How many points bring the standard error down to `error`: 16 p (1 - p) / error², p = π / 4.
double samples_for_error(double error);

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

/// How many points are surely enough for a standard error, as far as the first batch can tell: 16 p (1 - p) / error²
/// for the p that is nearest to 1/2 within four standard errors of its own.
///
/// What is drawn must not depend on the estimate that it leads to. Points that are hits by chance make the standard
/// error small: to look at it after each batch and stop would give estimates that are too high on average. After the
/// first batch nothing but the points' number decides.
double surely_enough(const PiEstimate& first_batch, double error);

/// Points n = 0 .. samples - 1 of the stream (seed, pi) in 32-bit coordinates; see kernels::count_hits. The hits are an
/// integer that depends on the samples and the seed alone; so does where batches end.
/// With `until_error`, no batch is drawn after the first if that many points are enough for any p; the next ones are
/// drawn until there are `surely_enough` points.
/// @return the same on every rank
/// @note Collective
PiEstimate estimate_pi(const engine::Context& context, const PiOptions& options);

/// What the estimate depends on. With `until_error`, a later run may go on to a smaller error.
engine::Identity identity_of(const PiOptions& options);

/// What estimate_pi would do first; with `until_error`, more batches may follow.
engine::PhasePlan plan_pi(const engine::Context& context, const PiOptions& options);

}  // namespace rankwise::montecarlo
