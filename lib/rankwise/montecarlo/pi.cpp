#include "rankwise/montecarlo/pi.hpp"

#include <cmath>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/digest.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/kernels/hits.hpp"

namespace rankwise::montecarlo {
namespace {

constexpr std::uint64_t samples_per_block = std::uint64_t{1} << 22;  // some 4 ms

/// One lane; a step is a run of points; the partial result is the number of hits.
class PiJob {
 public:
  using Partial = std::uint64_t;
  struct Scratch {};

  explicit PiJob(const PiOptions& options) : options_(options), stream_(options.seed, random::StreamName::pi) {}

  [[nodiscard]] engine::Identity identity() const {
    return {
        .method = "pi", .version = 1, .input = "", .seed = options_.seed, .options = std::to_string(options_.samples)};
  }
  [[nodiscard]] blocks::Grid grid() const {
    return {.lanes = 1, .steps = divide_up(options_.samples, samples_per_block)};
  }
  [[nodiscard]] Bytes partial_bytes() const { return {sizeof(Partial)}; }
  [[nodiscard]] Bytes block_bytes() const { return {0}; }
  [[nodiscard]] Partial run(blocks::Block block, Scratch&) const {
    const blocks::Range points = blocks::piece(options_.samples, samples_per_block, block.step);
    return kernels::count_hits(stream_, points.begin, points.end);
  }
  void merge(Partial& left, const Partial& right) const { left += right; }
  static void encode(const Partial& hits, ByteWriter& out) { out.put(hits); }
  static Partial decode(ByteReader& in) { return in.get<Partial>(); }

 private:
  PiOptions options_;
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

PiEstimate estimate_pi(const engine::Context& context, const PiOptions& options) {
  PiEstimate estimate{.samples = options.samples, .seed = options.seed, .hits = 0};
  engine::run(context, PiJob(options), [&](std::uint64_t, std::uint64_t hits) { estimate.hits = hits; },
              {.phase = "pi"});
  return estimate;
}

}  // namespace rankwise::montecarlo
