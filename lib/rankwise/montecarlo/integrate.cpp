#include "rankwise/montecarlo/integrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/digest.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/expressions/evaluator.hpp"
#include "rankwise/kernels/deviates.hpp"
#include "rankwise/kernels/moments.hpp"
#include "rankwise/kernels/moments_encoding.hpp"
#include "rankwise/random/philox.hpp"
#include "rankwise/random/sobol.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::montecarlo {
namespace {

using kernels::FloatMoments;

constexpr std::uint64_t points_per_block = std::uint64_t{1} << 16;
constexpr std::uint64_t points_at_once = 1024;  // whose coordinates stay in a core's cache
constexpr std::uint64_t first_batch = std::uint64_t{1} << 20;

/// Moments of the integrand over the points [begin, end) of each lane. A lane is one replicate of Sobol points, or all
/// random ones; a step is a run of points.
class IntegralJob {
 public:
  using Partial = FloatMoments;
  struct Scratch {
    std::unique_ptr<expressions::Evaluator> evaluator;
    std::unique_ptr<random::ScrambledSobol> sobol;
    std::uint64_t replicate = 0;
    std::vector<double> coordinates, values;
    std::vector<expressions::LeafView> views;
  };

  /// @param points of each lane
  IntegralJob(const IntegralOptions& options, blocks::Range points) : options_(options), points_(points) {}

  [[nodiscard]] engine::Identity identity() const;
  [[nodiscard]] blocks::Grid grid() const {
    return {.lanes = options_.sampler == Sampler::sobol ? sobol_replicates : 1,
            .steps = divide_up(points_.size(), points_per_block)};
  }
  [[nodiscard]] Bytes partial_bytes() const { return {sizeof(FloatMoments)}; }
  [[nodiscard]] Bytes block_bytes() const {
    const std::uint64_t variables = options_.over.size();
    const std::uint64_t sobol = options_.sampler == Sampler::sobol ? variables * (sizeof(random::Directions) + 8) : 0;
    return {expressions::Evaluator::bytes_needed(options_.program) +
            (variables * points_at_once + points_per_block) * sizeof(double) + sobol};
  }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    prepare(scratch, block.lane);
    const blocks::Range run = blocks::piece(points_.size(), points_per_block, block.step);
    scratch.values.resize(run.size());
    for (std::uint64_t done = 0; done < run.size(); done += points_at_once) {
      const std::uint64_t size = std::min(points_at_once, run.size() - done);
      const std::uint64_t first = points_.begin + run.begin + done;
      for (std::size_t variable = 0; variable < options_.over.size(); ++variable) {
        draw(scratch, variable, first, {scratch.coordinates.data() + variable * points_at_once, size});
      }
      scratch.evaluator->run({.rows = 1, .columns = size}, scratch.views, scratch.values.data() + done, size);
    }
    for (double& value : scratch.values) {
      if (!std::isfinite(value)) value = std::numeric_limits<double>::quiet_NaN();  // which moments count
    }
    return kernels::moments_of_run(scratch.values.data(), scratch.values.size());
  }
  void merge(Partial& left, const Partial& right) const { kernels::merge(left, right); }
  static void encode(const Partial& moments, ByteWriter& out) { kernels::encode(std::vector{moments}, out); }
  static Partial decode(ByteReader& in) {
    const auto moments = kernels::decode_moments<FloatMoments>(in);
    if (moments.size() != 1) throw InputError("these are no moments of an integrand");
    return moments[0];
  }

 private:
  void prepare(Scratch& scratch, std::uint64_t replicate) const {
    if (!scratch.evaluator) {
      scratch.evaluator = std::make_unique<expressions::Evaluator>(options_.program, options_.seed);
      scratch.coordinates.resize(options_.over.size() * points_at_once);
      for (const expressions::Leaf& leaf : options_.program.leaves) {
        scratch.views.push_back(
            {.data = scratch.coordinates.data() + leaf.index * points_at_once, .row_stride = 0, .column_stride = 1});
      }
    }
    if (options_.sampler == Sampler::sobol && (!scratch.sobol || scratch.replicate != replicate)) {
      scratch.sobol = std::make_unique<random::ScrambledSobol>(options_.over.size(), options_.seed, replicate);
      scratch.replicate = replicate;
    }
  }
  void draw(Scratch& scratch, std::size_t variable, std::uint64_t first, std::span<double> to) const {
    if (scratch.sobol) {
      scratch.sobol->fill(variable, first, to);
    } else {
      kernels::uniform(random::Stream(options_.seed, random::StreamName::integrate, variable), first, to);
    }
    const Interval& interval = options_.over[variable];
    const double width = interval.end - interval.begin;
    for (double& coordinate : to) coordinate = interval.begin + width * coordinate;
  }

  const IntegralOptions& options_;
  blocks::Range points_;
};

std::string in_words(const IntegralOptions& options) {
  std::string text = fmt::format("{} {}", options.sampler == Sampler::sobol ? "sobol" : "random", options.integrand);
  for (const Interval& each : options.over) text += fmt::format(" {}={}:{}", each.variable, each.begin, each.end);
  return text;
}

engine::Identity IntegralJob::identity() const {
  return {.method = "integrate",
          .version = 1,
          .input = "",
          .seed = options_.seed,
          .options = fmt::format("{} {} {}", in_words(options_), points_.begin, points_.end)};
}

/// What all points so far tell.
Integral integral_of(const IntegralOptions& options, const std::vector<FloatMoments>& lanes) {
  constexpr double unknown = std::numeric_limits<double>::infinity();
  const double box = volume(options);
  Integral integral;
  for (const FloatMoments& lane : lanes) {
    integral.samples += lane.count + lane.nan;
    integral.not_finite += lane.nan;
  }
  FloatMoments all = lanes[0];
  for (std::size_t i = 1; i < lanes.size(); ++i) kernels::merge(all, lanes[i]);
  integral.all_alike = !options.program.leaves.empty() && all.min == all.max;
  FloatMoments means = lanes[0];
  if (options.sampler == Sampler::sobol) {
    std::vector<double> of_lanes;
    for (const FloatMoments& lane : lanes) {
      of_lanes.push_back(lane.count > 0 ? lane.centre + lane.offset : std::nan(""));
    }
    means = kernels::moments_of_run(of_lanes.data(), of_lanes.size());
  }
  const auto n = static_cast<double>(means.count);
  integral.estimate = means.count > 0 ? box * (means.centre + means.offset) : std::nan("");
  if (all.min < all.max) {
    constexpr double half_a_unit = std::numeric_limits<double>::epsilon() / 2;
    integral.rounding = std::abs(box) * half_a_unit * std::max(std::abs(all.min), std::abs(all.max));
  }
  const double variance = means.m2 / (n - 1) / n;
  // Squares of very small deviations are lost: then the spread of the values stands for them.
  constexpr double small = 1e-145;
  const double spread = all.max - all.min;
  const double error = spread > 0 && spread < small ? spread / 2 / std::sqrt(n) : std::sqrt(variance);
  integral.standard_error = means.count > 1 ? std::max(std::abs(box) * error, integral.rounding) : unknown;
  return integral;
}

std::uint64_t points_of_a_lane(const IntegralOptions& options, std::uint64_t samples) {
  return options.sampler == Sampler::sobol ? samples / sobol_replicates : samples;
}

bool has_goal(const IntegralOptions& options) {
  return options.until_error || options.until_relative_error;
}

std::uint64_t samples_of_first_batch(const IntegralOptions& options) {
  const std::uint64_t most = rounded_samples(options.sampler, options.samples);
  return has_goal(options) ? std::min(first_batch, most) : most;
}

/// @throws InputError if there is no way to the goal
void check_goal(const IntegralOptions& options, const Integral& integral, std::uint64_t most) {
  if (!std::isfinite(integral.estimate) || !std::isfinite(integral.standard_error)) {
    throw InputError(
        fmt::format("after {} points the estimate is {} and its standard error {}: no error can be reached",
                    integral.samples, integral.estimate, integral.standard_error));
  }
  const double goal =
      options.until_error ? *options.until_error : *options.until_relative_error * std::abs(integral.estimate);
  if (integral.rounding > goal) {
    throw InputError(fmt::format("rounding alone may be {:.2g} here: the standard error cannot become {:.2g}",
                                 integral.rounding, goal));
  }
  if (options.sampler == Sampler::sobol || integral.all_alike) return;
  const double times = integral.standard_error / goal;
  const double needed = static_cast<double>(integral.samples) * times * times;
  if (most < most_integral_samples || needed <= static_cast<double>(most)) return;
  throw InputError(
      fmt::format("a standard error of {:.3g} needs some {:.2g} random points, more than can be drawn; "
                  "--sampler sobol may need fewer",
                  goal, needed));
}

}  // namespace

double volume(const IntegralOptions& options) {
  double product = 1;
  for (const Interval& each : options.over) product *= each.end - each.begin;
  return product;
}

std::uint64_t rounded_samples(Sampler sampler, std::uint64_t samples) {
  if (sampler == Sampler::random) return samples;
  return sobol_replicates * std::bit_ceil(divide_up(std::max<std::uint64_t>(1, samples), sobol_replicates));
}

bool Integral::reached(const IntegralOptions& options) const {
  constexpr std::uint64_t many = std::uint64_t{1} << 24;
  if (all_alike && samples < many && has_goal(options) && volume(options) != 0) return false;
  if (options.until_error) return standard_error <= *options.until_error;
  return !options.until_relative_error || standard_error <= *options.until_relative_error * std::abs(estimate);
}

std::string Integral::digest(const IntegralOptions& options) const {
  Digest digest;
  digest.add("integrate");
  digest.add(in_words(options));
  digest.add(options.seed);
  digest.add(samples);
  digest.add(not_finite);
  digest.add(estimate);
  digest.add(standard_error);
  return digest.hex();
}

engine::Identity identity_of(const IntegralOptions& options) {
  return {.method = "integrate",
          .version = 1,
          .input = "",
          .seed = options.seed,
          .options = fmt::format("{} {}", in_words(options),
                                 has_goal(options) ? "in batches" : fmt::format("{} samples", options.samples))};
}

engine::PhasePlan plan_integral(const engine::Context& context, const IntegralOptions& options) {
  const std::uint64_t samples = samples_of_first_batch(options);
  return engine::plan(context.options(), IntegralJob(options, {0, points_of_a_lane(options, samples)}),
                      fmt::format("integrate {}", samples));
}

Integral integrate(const engine::Context& context, const IntegralOptions& options) {
  const std::uint64_t most = rounded_samples(options.sampler, options.samples);
  std::vector<FloatMoments> lanes;
  std::uint64_t drawn = 0, total = samples_of_first_batch(options);
  while (true) {
    if (options.before_batch) options.before_batch(drawn, total);
    const blocks::Range points{points_of_a_lane(options, drawn), points_of_a_lane(options, total)};
    std::vector<FloatMoments> found;
    engine::run(context, IntegralJob(options, points),
                [&](std::uint64_t, const FloatMoments& lane) { found.push_back(lane); },
                {.phase = fmt::format("integrate {}", total)});
    ByteWriter out;
    kernels::encode(found, out);
    const auto bytes = ranks::broadcast(context.ranks(), out.take());
    ByteReader in(bytes);
    found = kernels::decode_moments<FloatMoments>(in);
    if (lanes.empty()) lanes.resize(found.size());
    for (std::size_t i = 0; i < lanes.size(); ++i) kernels::merge(lanes[i], found.at(i));
    drawn = total;
    const Integral integral = integral_of(options, lanes);
    ranks::agree(context.ranks(), [&] {
      if (integral.not_finite == integral.samples) {
        throw InputError(fmt::format("all {} points give NaN or an infinity", integral.samples));
      }
      if (integral.not_finite == 0 || options.omit_not_finite) return;
      throw InputError(fmt::format("{} of {} points give NaN or an infinity; --nan-policy omit leaves them out",
                                   integral.not_finite, integral.samples));
    });
    if (!has_goal(options) || drawn == most || integral.reached(options)) return integral;
    ranks::agree(context.ranks(), [&] { check_goal(options, integral, most); });
    total += std::min(total, most - total);
  }
}

}  // namespace rankwise::montecarlo
