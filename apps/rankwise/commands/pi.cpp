#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "apps/rankwise/plan_report.hpp"
#include "rankwise/base/parse_number.hpp"
#include "rankwise/montecarlo/pi.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"

namespace rankwise::app {
namespace {

constexpr std::uint64_t most_samples = 1'000'000'000'000'000'000;  // a month on ten thousand cores

class Pi final : public Command {
 public:
  void add_options(CLI::App& app) override {
    add_value(app, "--samples", "N", "how many random points, such as 1e10; the most with --until-error",
              [this](const std::string& text) { samples_ = parse_count(text, "--samples"); });
    add_value(app, "--until-error", "E", "draw until the standard error is at most E, such as 1e-5",
              [this](const std::string& text) { options_.until_error = parse_real(text, "--until-error"); });
    add_value(app, "--seed", "S", "another seed, other points (default: 0)",
              [this](const std::string& text) { options_.seed = parse_count(text, "--seed"); });
    app.add_flag("--json", json_, "print one JSON object instead");
    compute_.add_to(app);
    checkpoint_.add_to(app, {.shards = true});
  }

  void check() override {
    if (!samples_ && !options_.until_error) throw UsageError("--samples N or --until-error E is required");
    options_.samples = samples_.value_or(most_samples);
    if (options_.samples < 1 || options_.samples > most_samples) {
      throw UsageError(fmt::format("--samples takes 1 to 1e18, not {}", options_.samples));
    }
    if (!options_.until_error) return;
    if (checkpoint_.is_shard())
      throw UsageError("--shard takes a job that is known before: --samples, not --until-error");
    const double error = *options_.until_error;
    constexpr double least = 1e-100;  // whose square is a number, too
    if (!(error > 0)) throw UsageError(fmt::format("--until-error takes a number above 0, not {}", error));
    const double needed = montecarlo::samples_for_error(std::max(error, least));
    if (needed > static_cast<double>(most_samples)) {
      throw UsageError(fmt::format("--until-error {} needs some {:.2g} samples, more than the 1e18 that can be drawn",
                                   error, needed));
    }
  }

  [[nodiscard]] bool takes_shards() const override { return true; }

  ExitCode run(Invocation& invocation) override {
    report::ProgressDisplay progress(
        {.command = "pi", .mode = compute_.progress, .amount = expected_samples(), .unit = "samples"});
    options_.before_batch = [&](blocks::Range points) {
      progress.begin_part({.begin = share_of_expected(points.begin), .end = share_of_expected(points.end)});
    };
    const engine::Context context = invocation.start(compute_, &progress, checkpoint_);
    if (compute_.plan) {
      engine::PhasePlan phase;
      ranks::agree(context.ranks(), [&] { phase = montecarlo::plan_pi(context, options_); });
      print_plan(invocation,
                 {.subject = options_.until_error ? fmt::format("pi to a standard error of {}", *options_.until_error)
                                                  : fmt::format("pi from {} samples", options_.samples),
                  .phases = {phase},
                  .more = options_.until_error ? fmt::format("then batches of the same points, probably {:.3g} in all",
                                                             expected_samples())
                                               : ""},
                 json_);
      return ExitCode::done;
    }
    invocation.begin_job(montecarlo::identity_of(options_));
    const montecarlo::PiEstimate estimate = montecarlo::estimate_pi(context, options_);
    if (invocation.is_root()) json_ ? print_json(invocation, estimate) : print(invocation, estimate);
    if (!reached(estimate)) {
      invocation.note(fmt::format("the standard error is {:.3g} after --samples {}, not yet {}: that takes some {:.2g}",
                                  estimate.standard_error(), estimate.samples, *options_.until_error,
                                  montecarlo::samples_for_error(*options_.until_error)));
    }
    return ExitCode::done;
  }

 private:
  [[nodiscard]] bool reached(const montecarlo::PiEstimate& estimate) const {
    return !options_.until_error || estimate.standard_error() <= *options_.until_error;
  }

  /// Where the batches will probably end.
  [[nodiscard]] double expected_samples() const {
    const auto most = static_cast<double>(options_.samples);
    if (!options_.until_error) return most;
    auto total = static_cast<double>(options_.batches.first);
    while (total < montecarlo::samples_for_error(*options_.until_error)) total *= 2;
    return std::min(total, most);
  }
  [[nodiscard]] double share_of_expected(std::uint64_t points) const {
    return std::min(1.0, static_cast<double>(points) / expected_samples());
  }

  struct Interval {
    double low, high;
  };
  static Interval interval95(const montecarlo::PiEstimate& estimate) {
    constexpr double normal_97_5 = 1.959963984540054;
    const double half = normal_97_5 * estimate.standard_error();
    return {estimate.value() - half, estimate.value() + half};
  }

  static double samples_per_second(const Invocation& invocation, const montecarlo::PiEstimate& estimate) {
    return static_cast<double>(estimate.samples) * invocation.share_of_this_run() / invocation.seconds();
  }

  void print(const Invocation& invocation, const montecarlo::PiEstimate& estimate) const {
    const auto [low, high] = interval95(estimate);
    const double rate = samples_per_second(invocation, estimate);
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
    if (options_.until_error) {
      json["until_error"] = *options_.until_error;
      json["error_reached"] = reached(estimate);
    }
    json["samples_per_second"] = samples_per_second(invocation, estimate);
    answer("{}\n", json_text(json, 2));
  }

  std::optional<std::uint64_t> samples_;
  montecarlo::PiOptions options_;
  ComputeOptions compute_;
  CheckpointOptions checkpoint_;
  bool json_ = false;
};

}  // namespace

const char* const pi_explanation =
    R"(Points are uniform in a square; π is 4 times the share that falls into the quarter circle. A point has 32-bit
coordinates from Philox4x32-10, keyed by the seed and indexed by the point's number; a hit is x² + y² < 2^64, exactly.
The hits, and so every bit of the answer, depend on --samples and --seed alone: not on ranks, threads or processor.

--until-error draws batches of the same points, 2^24 at first, then as many again as there were, until the standard error
is at most E: some 2.7 / E² points, rounded up to a power of two. How many these are is foreseen after the first batch,
since to stop when the estimate looks good would bias it. The answer is that of --samples with as many points. With
--samples, too, no more than those are drawn; a note tells if that was too few, and the exit code is 0.

Examples:
  rankwise pi --samples 1e9
  mpiexec -n 2 rankwise pi --samples 1e10 --seed 7
  mpiexec -n 2 rankwise pi --until-error 1e-5
  srun rankwise pi --samples 1e12 --json
)";

std::unique_ptr<Command> make_pi() {
  return std::make_unique<Pi>();
}

}  // namespace rankwise::app
