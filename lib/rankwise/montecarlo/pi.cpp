#include "rankwise/montecarlo/pi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/digest.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/kernels/hits.hpp"
#include "rankwise/ranks/collectives.hpp"

namespace rankwise::montecarlo {
namespace {

constexpr std::uint64_t samples_per_block = std::uint64_t{1} << 22;  // some 4 ms

/// One lane; a step is a run of the points that are drawn; the partial result is the number of hits.
class PiJob {
 public:
  using Partial = std::uint64_t;
  struct Scratch {};

  PiJob(std::uint64_t seed, blocks::Range points)
      : seed_(seed), points_(points), stream_(seed, random::StreamName::pi) {}

  [[nodiscard]] engine::Identity identity() const {
    return {.method = "pi",
            .version = 1,
            .input = "",
            .seed = seed_,
            .options = fmt::format("{} {}", points_.begin, points_.end)};
  }
  [[nodiscard]] blocks::Grid grid() const {
    return {.lanes = 1, .steps = divide_up(points_.size(), samples_per_block)};
  }
  [[nodiscard]] Bytes partial_bytes() const { return {sizeof(Partial)}; }
  [[nodiscard]] Bytes block_bytes() const { return {0}; }
  [[nodiscard]] Partial run(blocks::Block block, Scratch&) const {
    const blocks::Range piece = blocks::piece(points_.size(), samples_per_block, block.step);
    return kernels::count_hits(stream_, points_.begin + piece.begin, points_.begin + piece.end);
  }
  void merge(Partial& left, const Partial& right) const { left += right; }
  static void encode(const Partial& hits, ByteWriter& out) { out.put(hits); }
  static Partial decode(ByteReader& in) { return in.get<Partial>(); }

 private:
  std::uint64_t seed_;
  blocks::Range points_;
  random::Stream stream_;
};

}  // namespace

double PiEstimate::value() const {
  return 4.0 * static_cast<double>(hits) / static_cast<double>(samples);
}

double PiEstimate::standard_error() const {
  const auto n = static_cast<double>(samples);
  const double p = static_cast<double>(hits) / n;
  return 4.0 * std::sqrt(p * (1.0 - p) / n);
}

std::string PiEstimate::digest() const {
  Digest digest;
  digest.add("pi");
  digest.add(samples);
  digest.add(seed);
  digest.add(hits);
  return digest.hex();
}

double samples_for_error(double error) {
  constexpr double p = std::numbers::pi / 4;
  return 16 * p * (1 - p) / (error * error);
}

double surely_enough(const PiEstimate& first_batch, double error) {
  // Never 0 or 1 (A. Agresti, B. A. Coull, "Approximate is better than exact", 1998).
  const auto n = static_cast<double>(first_batch.samples);
  const double p = (static_cast<double>(first_batch.hits) + 2) / (n + 4);
  const double from_half = std::max(0.0, std::abs(p - 0.5) - 4 * std::sqrt(p * (1 - p) / n));
  return 16 * (0.25 - from_half * from_half) / (error * error);
}

namespace {

std::uint64_t first_batch(const PiOptions& options) {
  return options.until_error ? std::min(options.batches.first, options.samples) : options.samples;
}

}  // namespace

engine::Identity identity_of(const PiOptions& options) {
  return {.method = "pi",
          .version = 1,
          .input = "",
          .seed = options.seed,
          .options = options.until_error ? fmt::format("batches from {} on", options.batches.first)
                                         : fmt::format("{} samples", options.samples)};
}

engine::PhasePlan plan_pi(const engine::Context& context, const PiOptions& options) {
  const std::uint64_t samples = first_batch(options);
  return engine::plan(context.options(), PiJob(options.seed, {0, samples}), fmt::format("pi {}", samples));
}

PiEstimate estimate_pi(const engine::Context& context, const PiOptions& options) {
  PiEstimate estimate{.samples = 0, .seed = options.seed, .hits = 0};
  const double enough_for_any_p = options.until_error ? 4 / (*options.until_error * *options.until_error) : 0;
  std::optional<double> enough;
  std::uint64_t total = first_batch(options);
  while (true) {
    const blocks::Range points{estimate.samples, total};
    if (options.before_batch) options.before_batch(points);
    std::uint64_t hits = 0;
    engine::run(context, PiJob(options.seed, points), [&](std::uint64_t, std::uint64_t found) { hits = found; },
                {.phase = fmt::format("pi {}", total)});
    estimate.hits += ranks::sum(context.ranks(), hits);  // rank 0's are all there are
    estimate.samples = total;
    const auto drawn = static_cast<double>(total);
    if (total == options.samples || drawn >= enough_for_any_p) return estimate;
    if (enough && drawn >= *enough && estimate.standard_error() <= *options.until_error) return estimate;
    if (!enough) enough = surely_enough(estimate, *options.until_error);
    total += std::min(total, options.samples - total);
  }
}

}  // namespace rankwise::montecarlo
