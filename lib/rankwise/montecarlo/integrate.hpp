#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/identity.hpp"
#include "rankwise/engine/plan.hpp"
#include "rankwise/expressions/program.hpp"

namespace rankwise::montecarlo {

enum class Sampler : std::uint8_t {
  random,  ///< independent points
  sobol,   ///< scrambled Sobol points, in replicates
};

/// From `begin` to `end`, of one variable. Backwards, the integral has the other sign.
struct Interval {
  std::string variable = {};
  double begin = 0;
  double end = 1;
};

struct IntegralOptions {
  std::string integrand = {};         ///< as text, for the identity
  expressions::Program program = {};  ///< its operands are the variables
  std::vector<Interval> over = {};    ///< of each variable
  Sampler sampler = Sampler::random;
  std::uint64_t samples = 0;  ///< with an error, the most that is drawn
  std::optional<double> until_error = {};
  std::optional<double> until_relative_error = {};
  std::uint64_t seed = 0;
  bool omit_not_finite = false;  ///< points that give NaN or an infinity are left out, not an error
  /// Called on every rank before a batch is drawn: from and to which number of samples.
  std::function<void(std::uint64_t begin, std::uint64_t end)> before_batch = {};
};

/// Sobol points are drawn in so many replicates, each scrambled on its own.
inline constexpr std::uint64_t sobol_replicates = 16;

/// Of the box, with its sign.
double volume(const IntegralOptions& options);

/// The numbers of samples that are drawn: any for random points, for Sobol points so many in all replicates that each
/// has a power of two.
std::uint64_t rounded_samples(Sampler sampler, std::uint64_t samples);
inline constexpr std::uint64_t most_integral_samples = std::uint64_t{1} << 56;

struct Integral {
  std::uint64_t samples = 0;
  std::uint64_t not_finite = 0;  ///< of them, those that gave NaN or an infinity
  double estimate = 0;
  double standard_error = 0;
  double rounding = 0;     ///< what float64 may be off by, whatever the points: the standard error is never less
  bool all_alike = false;  ///< the integrand has variables, and was the same at all points

  /// An error of 0 is believed only after many points: a narrow peak may not have been hit yet.
  [[nodiscard]] bool reached(const IntegralOptions& options) const;
  [[nodiscard]] std::string digest(const IntegralOptions& options) const;
};

/// The integral by the mean of the integrand over points in the box: with independent points the standard error is that
/// of a mean; with Sobol points, that of the mean of the replicates' estimates. It is never less than half a unit in
/// the last place of the largest value, times the volume.
///
/// Point n's coordinate d depends on the seed, n and d alone (in a Sobol replicate, on its number, too). With an error
/// to reach, batches double what is drawn until the standard error at the end of one is at most that.
/// @return the same on every rank
/// @throws ranks::AgreedError, also if points gave no finite number and that is not to be left out, or all of them did
/// @note Collective
Integral integrate(const engine::Context& context, const IntegralOptions& options);

engine::Identity identity_of(const IntegralOptions& options);

/// What integrate would do first.
engine::PhasePlan plan_integral(const engine::Context& context, const IntegralOptions& options);

}  // namespace rankwise::montecarlo
