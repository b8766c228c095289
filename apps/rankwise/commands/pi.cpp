#include <fmt/format.h>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "rankwise/base/parse_number.hpp"
#include "rankwise/montecarlo/pi.hpp"
#include "rankwise/report/format.hpp"

namespace rankwise::app {
namespace {

constexpr std::uint64_t most_samples = 1'000'000'000'000'000'000;  // a month on ten thousand cores

class Pi final : public Command {
 public:
  void add_options(CLI::App& app) override {
    add_value(app, "--samples", "N", "how many random points, such as 1e10", [this](const std::string& text) {
      options_.samples = parse_count(text, "--samples");
    })->required();
    add_value(app, "--seed", "S", "another seed, other points (default: 0)",
              [this](const std::string& text) { options_.seed = parse_count(text, "--seed"); });
    app.add_flag("--json", json_, "print one JSON object instead");
    compute_.add_to(app);
  }

  void check() override {
    if (options_.samples < 1 || options_.samples > most_samples) {
      throw UsageError(fmt::format("--samples takes 1 to 1e18, not {}", options_.samples));
    }
  }

  ExitCode run(Invocation& invocation) override {
    report::ProgressDisplay progress({.command = "pi",
                                      .mode = compute_.progress,
                                      .amount = static_cast<double>(options_.samples),
                                      .unit = "samples"});
    const engine::Context context = invocation.start(compute_, &progress);
    const montecarlo::PiEstimate estimate = montecarlo::estimate_pi(context, options_);
    if (invocation.is_root()) json_ ? print_json(invocation, estimate) : print(invocation, estimate);
    return ExitCode::done;
  }

 private:
  struct Interval {
    double low, high;
  };
  static Interval interval95(const montecarlo::PiEstimate& estimate) {
    constexpr double normal_97_5 = 1.959963984540054;
    const double half = normal_97_5 * estimate.standard_error();
    return {estimate.value() - half, estimate.value() + half};
  }

  void print(const Invocation& invocation, const montecarlo::PiEstimate& estimate) const {
    const auto [low, high] = interval95(estimate);
    const double rate = static_cast<double>(estimate.samples) / invocation.seconds();
    answer("pi · {} samples, seed {} · {}\n", report::count_in_words(estimate.samples), estimate.seed,
           invocation.layout_line());
    answer("pi = {}   95 % in [{:.10g}, {:.10g}]\n",
           report::with_uncertainty(estimate.value(), estimate.standard_error()), low, high);
    answer("{} samples, {} hits in {}, {}samples/s · digest {}\n", report::count_in_words(estimate.samples),
           estimate.hits, report::duration(invocation.seconds()), report::with_prefix(rate), estimate.digest());
  }

  void print_json(const Invocation& invocation, const montecarlo::PiEstimate& estimate) const {
    auto json = invocation.json_head();
    const auto [low, high] = interval95(estimate);
    json["digest"] = estimate.digest();
    json["samples"] = estimate.samples;
    json["seed"] = estimate.seed;
    json["hits"] = estimate.hits;
    json["estimate"] = estimate.value();
    json["standard_error"] = estimate.standard_error();
    json["interval95"] = {low, high};
    json["samples_per_second"] = static_cast<double>(estimate.samples) / invocation.seconds();
    answer("{}\n", json_text(json, 2));
  }

  montecarlo::PiOptions options_;
  ComputeOptions compute_;
  bool json_ = false;
};

}  // namespace

const char* const pi_explanation =
    R"(Points are uniform in a square; π is 4 times the share that falls into the quarter circle. A point has 32-bit
coordinates from Philox4x32-10, keyed by the seed and indexed by the point's number; a hit is x² + y² < 2^64, exactly.
The hits, and so every bit of the answer, depend on --samples and --seed alone: not on ranks, threads or processor.

Examples:
  rankwise pi --samples 1e9
  mpiexec -n 2 rankwise pi --samples 1e10 --seed 7
  srun rankwise pi --samples 1e12 --json
)";

std::unique_ptr<Command> make_pi() {
  return std::make_unique<Pi>();
}

}  // namespace rankwise::app
