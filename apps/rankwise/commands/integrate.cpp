#include "rankwise/montecarlo/integrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "apps/rankwise/plan_report.hpp"
#include "rankwise/base/parse_number.hpp"
#include "rankwise/expressions/formula.hpp"
#include "rankwise/expressions/syntax.hpp"
#include "rankwise/random/sobol.hpp"
#include "rankwise/report/format.hpp"

namespace rankwise::app {
namespace {

using expressions::Formula;
using expressions::Shape;
using montecarlo::Sampler;

/// A number as an expression: 2*pi.
double bound(const std::string& text, const std::string& range) {
  const Formula formula(expressions::parse(text), {.noun = "number", .transposes = false, .reductions = false});
  const auto& node = formula.node(formula.whole());
  if (node.kind != Formula::Kind::number || !std::isfinite(node.number)) {
    throw UsageError(fmt::format("--over {}: '{}' is no finite number", range, text));
  }
  return node.number;
}

class Integrate final : public Command {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("integrand", options_.integrand, "an expression of the variables: 'exp(-x*x - y*y)'")
        ->required()
        ->type_name("EXPRESSION");
    app.add_option("--over", over_, "a variable and its range, once for each: x=0:1, y=-pi:pi")
        ->required()
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->type_name("NAME=A:B");
    add_value(app, "--samples", "N", "how many points, such as 1e8; the most with an error to reach",
              [this](const std::string& text) { samples_ = parse_count(text, "--samples"); });
    add_value(app, "--until-error", "E", "draw until the standard error is at most E, such as 1e-5",
              [this](const std::string& text) { options_.until_error = parse_real(text, "--until-error"); });
    add_value(
        app, "--until-relative-error", "E", "the same, relative to the estimate",
        [this](const std::string& text) { options_.until_relative_error = parse_real(text, "--until-relative-error"); })
        ->excludes("--until-error");
    add_choice<Sampler>(app, "--sampler", "independent points, or scrambled Sobol points (default: random)",
                        {{"random", Sampler::random}, {"sobol", Sampler::sobol}}, options_.sampler);
    add_value(app, "--seed", "S", "another seed, other points (default: 0)",
              [this](const std::string& text) { options_.seed = parse_count(text, "--seed"); });
    add_choice<bool>(app, "--nan-policy", "points that give NaN or an infinity: refuse, or leave out (default: raise)",
                     {{"raise", false}, {"omit", true}}, options_.omit_not_finite);
    app.add_flag("--json", json_, "print one JSON object instead");
    compute_.add_to(app);
    checkpoint_.add_to(app, {});
  }
  [[nodiscard]] bool takes_expressions() const override { return true; }

  void check() override {
    if (!samples_ && !options_.until_error && !options_.until_relative_error) {
      throw UsageError("--samples N, --until-error E or --until-relative-error E is required");
    }
    options_.samples = samples_.value_or(montecarlo::most_integral_samples);
    if (options_.samples < 1 || options_.samples > montecarlo::most_integral_samples) {
      throw UsageError(fmt::format("--samples takes 1 to 2^56, not {}", options_.samples));
    }
    for (const auto& [option, error] : {std::pair("--until-error", options_.until_error),
                                        std::pair("--until-relative-error", options_.until_relative_error)}) {
      if (error && !(*error > 0)) throw UsageError(fmt::format("{} takes a number above 0, not {}", option, *error));
    }
    options_.integrand.erase(0, options_.integrand.find_first_not_of(' '));
    expressions::Vocabulary vocabulary{.noun = "variable", .transposes = false, .reductions = false};
    for (const std::string& range : over_) vocabulary.operands.push_back(take_range(range, vocabulary));
    if (options_.sampler == Sampler::sobol && options_.over.size() > random::most_sobol_dimensions) {
      throw UsageError(fmt::format("--sampler sobol takes at most {} variables", random::most_sobol_dimensions));
    }
    if (!std::isfinite(montecarlo::volume(options_))) throw UsageError("--over: so large a box is beyond float64");
    const Formula formula(expressions::parse(options_.integrand), vocabulary);
    for (const auto& node : formula.nodes()) {
      if (node.kind == Formula::Kind::uniform || node.kind == Formula::Kind::normal) {
        throw UsageError("an integrand depends on its variables alone: random() and normal() are none of them");
      }
    }
    options_.program = expressions::compile(formula).result;
  }

  ExitCode run(Invocation& invocation) override {
    const double amount = samples_ ? static_cast<double>(rounded_samples(options_.sampler, options_.samples)) : 0;
    report::ProgressDisplay progress(
        {.command = "integrate", .mode = compute_.progress, .amount = amount, .unit = "samples"});
    options_.before_batch = [&](std::uint64_t begin, std::uint64_t end) {
      // How many batches there will be is not known: what is shown is this one.
      progress.set_amount(static_cast<double>(end));
      progress.begin_part({.begin = static_cast<double>(begin) / static_cast<double>(end), .end = 1});
    };
    const engine::Context context = invocation.start(compute_, &progress, checkpoint_);
    if (compute_.plan) {
      const bool batches = options_.until_error || options_.until_relative_error;
      engine::PhasePlan phase;
      ranks::agree(context.ranks(), [&] { phase = montecarlo::plan_integral(context, options_); });
      print_plan(invocation,
                 {.subject = fmt::format("integrate {} over {}", options_.integrand, fmt::join(over_, ", ")),
                  .phases = {phase},
                  .more = batches ? "then batches, each of as many points as there were" : ""},
                 json_);
      return ExitCode::done;
    }
    invocation.begin_job(montecarlo::identity_of(options_));
    const montecarlo::Integral integral = montecarlo::integrate(context, options_);
    if (invocation.is_root()) json_ ? print_json(invocation, integral) : print(invocation, integral);
    if (integral.all_alike) {
      invocation.note(fmt::format("all {} points gave the same value: a narrow peak between them would not be seen",
                                  integral.samples));
    }
    if (!integral.reached(options_)) {
      invocation.note(fmt::format("the standard error is {:.3g} after --samples {}, more than was asked for",
                                  integral.standard_error, integral.samples));
    }
    invocation.save_checkpoint();
    return ExitCode::done;
  }

 private:
  expressions::Operand take_range(const std::string& text, const expressions::Vocabulary& known) {
    const auto sign = text.find('='), colon = text.find(':', sign == std::string::npos ? 0 : sign);
    if (sign == std::string::npos || sign == 0 || colon == std::string::npos || colon == sign + 1 ||
        colon + 1 == text.size()) {
      throw UsageError(fmt::format("--over takes a variable and its range, such as x=0:1, not '{}'", text));
    }
    const std::string name = text.substr(0, sign);
    if (!is_name(name)) throw UsageError(fmt::format("--over {}: '{}' is no name for a variable", text, name));
    for (const auto& other : known.operands) {
      if (other.name == name) throw UsageError(fmt::format("--over has {} twice", name));
    }
    const montecarlo::Interval interval{.variable = name,
                                        .begin = bound(text.substr(sign + 1, colon - sign - 1), text),
                                        .end = bound(text.substr(colon + 1), text)};
    if (!std::isfinite(interval.end - interval.begin)) {
      throw UsageError(fmt::format("--over {}: so wide a range is beyond float64", text));
    }
    options_.over.push_back(interval);
    constexpr std::uint64_t any = std::uint64_t{1} << 62;
    return {.name = name, .shape = Shape::vector(any)};
  }

  [[nodiscard]] double samples_per_second(const Invocation& invocation, const montecarlo::Integral& integral) const {
    return static_cast<double>(integral.samples) * invocation.share_of_this_run() / invocation.seconds();
  }
  /// Enough to see three digits of the standard error.
  static int digits_of_bounds(const montecarlo::Integral& integral) {
    constexpr double least = 10, most = 17;
    const double digits = std::log10(std::abs(integral.estimate) / integral.standard_error) + 3;
    return static_cast<int>(std::isnan(digits) ? least : std::clamp(digits, least, most));
  }
  struct Range {
    double low, high;
  };
  /// Of so few replicates, Student's distribution.
  [[nodiscard]] Range interval95(const montecarlo::Integral& integral) const {
    constexpr double normal_97_5 = 1.959963984540054, student_97_5_of_15 = 2.131449545559323;
    static_assert(montecarlo::sobol_replicates == 16);
    const double half =
        (options_.sampler == Sampler::sobol ? student_97_5_of_15 : normal_97_5) * integral.standard_error;
    return {integral.estimate - half, integral.estimate + half};
  }

  void print(const Invocation& invocation, const montecarlo::Integral& integral) const {
    const auto [low, high] = interval95(integral);
    answer("integral of {} over {} · {} points, seed {} · {}\n", options_.integrand, fmt::join(over_, ", "),
           options_.sampler == Sampler::sobol ? fmt::format("{} replicates of Sobol", montecarlo::sobol_replicates)
                                              : "random",
           options_.seed, invocation.layout_line());
    const int digits = digits_of_bounds(integral);
    answer("{}   95 % in [{:.{}g}, {:.{}g}]\n", report::with_uncertainty(integral.estimate, integral.standard_error),
           low, digits, high, digits);
    if (integral.not_finite > 0) answer("{} points gave NaN or an infinity and are left out\n", integral.not_finite);
    answer("{} samples in {}, {}samples/s · digest {}\n", report::count_in_words(integral.samples),
           report::duration(invocation.seconds()), report::with_prefix(samples_per_second(invocation, integral)),
           integral.digest(options_));
  }

  void print_json(const Invocation& invocation, const montecarlo::Integral& integral) const {
    auto json = invocation.json_head();
    const auto number = [](double value) { return std::isfinite(value) ? nlohmann::ordered_json(value) : nullptr; };
    const auto [low, high] = interval95(integral);
    json["digest"] = integral.digest(options_);
    json["integrand"] = options_.integrand;
    json["over"] = over_;
    json["sampler"] = options_.sampler == Sampler::sobol ? "sobol" : "random";
    json["samples"] = integral.samples;
    json["seed"] = options_.seed;
    json["not_finite"] = integral.not_finite;
    json["estimate"] = number(integral.estimate);
    json["standard_error"] = number(integral.standard_error);
    json["interval95"] = {number(low), number(high)};
    if (options_.until_error) json["until_error"] = *options_.until_error;
    if (options_.until_relative_error) json["until_relative_error"] = *options_.until_relative_error;
    if (options_.until_error || options_.until_relative_error) json["error_reached"] = integral.reached(options_);
    json["samples_per_second"] = samples_per_second(invocation, integral);
    answer("{}\n", json_text(json, 2));
  }

  std::vector<std::string> over_;
  std::optional<std::uint64_t> samples_;
  montecarlo::IntegralOptions options_;
  ComputeOptions compute_;
  CheckpointOptions checkpoint_;
  bool json_ = false;
};

}  // namespace

const char* const integrate_explanation =
    R"(The integrand is written as for `eval` (arithmetic, comparisons, where, exp, log, sin, ...), of one number for each
variable. Bounds are numbers or expressions of them (2*pi); a range that goes backwards changes the sign.

--sampler random draws independent points (Philox4x32-10, by the point's number): the standard error falls as 1 / √N.
--sampler sobol draws 16 replicates of Sobol points (Joe and Kuo's direction numbers, up to 3667 variables), each scrambled
on its own; their spread gives the standard error, which falls as fast as 1 / N where the integrand is smooth. N is rounded
up to 16 times a power of two.

--until-error draws 2^20 points at first, then as many again as there were, until the standard error at the end of a batch
is at most E. With --samples, too, no more than those are drawn; a note tells if that was too few. With --checkpoint, a later
run goes on to a smaller E. Points that give NaN or an infinity are refused, or left out and counted (--nan-policy omit):
then the answer is the mean of the others, times the volume of the whole box. The standard error is never less than rounding.

Every bit of the answer depends on the integrand, the ranges, the samples and the seed alone: not on ranks, threads or
processor.

Examples:
  rankwise integrate 'exp(-x*x - y*y)' --over x=0:1 --over y=0:2 --samples 1e8
  rankwise integrate '4 / (1 + x*x)' --over x=0:1 --sampler sobol --until-error 1e-12
  mpiexec -n 2 rankwise integrate 'x*x + y*y < 1' --over x=-1:1 --over y=-1:1 --until-relative-error 1e-5
)";

std::unique_ptr<Command> make_integrate() {
  return std::make_unique<Integrate>();
}

}  // namespace rankwise::app
