#include <fmt/format.h>

#include <cmath>
#include <deque>
#include <memory>
#include <optional>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "apps/rankwise/matrix_output_options.hpp"
#include "apps/rankwise/named_matrices.hpp"
#include "apps/rankwise/plan_report.hpp"
#include "rankwise/base/digest.hpp"
#include "rankwise/base/number_text.hpp"
#include "rankwise/base/parse_number.hpp"
#include "rankwise/expressions/formula.hpp"
#include "rankwise/expressions/syntax.hpp"
#include "rankwise/matrices/evaluation.hpp"
#include "rankwise/matrices/write_matrix.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"

namespace rankwise::app {
namespace {

using expressions::Elements;
using expressions::Shape;
using storage::ElementType;

ElementType stored_type(Elements elements) {
  if (elements == Elements::truths) return ElementType::uint8;
  return elements == Elements::integers ? ElementType::int64 : ElementType::float64;
}

class Eval final : public Command {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("expression", text_, "what is computed, as NumPy would have it: 'x + x.T - mean(x, 0)'")
        ->required()
        ->type_name("EXPRESSION");
    inputs_.add_to(app);
    auto* out = add_value(app, "--out", "FILE[:DATASET]", "a new file: .h5 (dataset /x unless named), .npy or .csv",
                          [this](const std::string& t) { output_.set_destination(t); });
    output_.add_to(app, {.type = "f8; of integers alone: i8; of comparisons: u1"}, out);
    add_value(app, "--seed", "S", "another seed, other numbers from random() and normal() (default: 0)",
              [this](const std::string& t) { seed_ = parse_count(t, "--seed"); });
    add_deliver(app, deliver_);
    app.add_flag("--json", json_, "print one JSON object instead");
    compute_.add_to(app);
    checkpoint_.add_to(app, {.shards = false, .verify = true});
  }
  [[nodiscard]] bool takes_expressions() const override { return true; }

  void check() override {
    output_.check("eval", checkpoint_);
    text_.erase(0, text_.find_first_not_of(' '));
    syntax_ = expressions::parse(text_);
    inputs_.check(syntax_);
  }

  [[nodiscard]] bool may_use_mpi_io() const override { return output_.may_use_mpi_io(); }

  ExitCode run(Invocation& invocation) override {
    ranks::agree(invocation.session().ranks(), [&] {
      if (output_.has_destination() && invocation.is_root() && !compute_.plan && !checkpoint_.resumes()) {
        storage::check_destination(output_.destination(), output_.overwrite());
      }
    });
    report::ProgressDisplay progress({.command = "eval", .mode = compute_.progress, .unit = "elements"});
    const engine::Context context = invocation.start(compute_, &progress, checkpoint_);
    const auto delivery = std::make_shared<engine::Delivery>();
    std::deque<engine::SharedMatrix> matrices;
    for (const NamedMatrix& input : inputs_.all()) {
      matrices.push_back(invocation.open(context, input.source, deliver_, delivery));
    }
    std::optional<matrices::Evaluation> evaluation;
    ranks::agree(context.ranks(), [&] { prepare(evaluation, matrices, progress); });
    return evaluate(invocation, context, *evaluation);
  }

 private:
  void prepare(std::optional<matrices::Evaluation>& evaluation, const std::deque<engine::SharedMatrix>& matrices,
               report::ProgressDisplay& progress) {
    expressions::Vocabulary vocabulary;
    std::vector<const engine::SharedMatrix*> shared;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < matrices.size(); ++i) {
      const NamedMatrix& input = inputs_.all()[i];
      vocabulary.operands.push_back(input.operand(matrices[i].info()));
      shared.push_back(&matrices[i]);
      names.push_back(input.name);
    }
    const expressions::Formula formula(syntax_, vocabulary);
    const auto& whole = formula.node(formula.whole());
    const Shape& shape = whole.shape;
    if (!output_.has_destination() && shape.elements() != 1) {
      throw UsageError(fmt::format("the result has the shape {}: --out FILE writes it", shape.text()));
    }
    if (output_.has_destination() && shape.dimensions == 0) {
      throw UsageError("the result is one number, which is printed: --out is for matrices and vectors");
    }
    if (output_.has_destination()) {
      const bool is_vector = shape.dimensions == 1;
      shape_ = output_.shape({.rows = is_vector ? shape.columns() : shape.rows(),
                              .columns = is_vector ? 1 : shape.columns(),
                              .is_vector = is_vector},
                             stored_type(whole.elements));
    }
    evaluation.emplace(formula, std::move(shared),
                       matrices::Evaluation::Options{.text = text_,
                                                     .names = std::move(names),
                                                     .seed = seed_,
                                                     .by_columns = shape_.contiguous == storage::Contiguous::columns,
                                                     .before_phase = [&progress](double begin, double end) {
                                                       progress.begin_part({begin, end});
                                                     }});
    progress.set_amount(static_cast<double>(shape.elements()));
  }

  ExitCode evaluate(Invocation& invocation, const engine::Context& context, matrices::Evaluation& evaluation) {
    matrices::MatrixToWrite matrix{.shape = shape_,
                                   .tile = evaluation.tile(),
                                   .elements = evaluation.identity(),
                                   .delivery = evaluation.delivery()};
    if (output_.has_destination()) {
      matrix.destination = output_.destination();
      matrix.overwrite = output_.overwrite();
      matrix.write_by = output_.write_by();
    }
    if (compute_.plan) return plan(invocation, context, evaluation, matrix);
    invocation.begin_job(output_.has_destination() ? matrices::identity_of(matrix) : evaluation.identity());
    if (output_.has_destination()) invocation.check_output(output_.destination(), output_.overwrite());
    evaluation.reduce(context);
    if (!output_.has_destination()) {
      const double number = evaluation.number(context);
      if (invocation.is_root()) print_number(invocation, evaluation, number);
      invocation.save_checkpoint();
      return ExitCode::done;
    }
    matrix.record = [&](const std::string& digest) { return json_text(record(invocation, evaluation, digest)); };
    const std::string digest = matrices::write_matrix(context, matrix, evaluation);
    if (!invocation.is_root()) return ExitCode::done;
    if (json_) {
      answer("{}\n", json_text(record(invocation, evaluation, digest), 2));
    } else {
      const double bytes = static_cast<double>(shape_.elements() * storage::size_of(shape_.type));
      answer("{}: {} {} · {}\n", matrix.destination.file, extents(evaluation.shape()), storage::name_of(shape_.type),
             invocation.layout_line());
      answer("{} in {} · digest {}\n", format_bytes({static_cast<std::uint64_t>(bytes)}),
             report::duration(invocation.seconds()), digest);
    }
    return ExitCode::done;
  }

  static std::string extents(const Shape& shape) {
    if (shape.dimensions == 1) return fmt::format("{}", shape.columns());
    return fmt::format("{} × {}", shape.rows(), shape.columns());
  }

  ExitCode plan(const Invocation& invocation, const engine::Context& context, const matrices::Evaluation& evaluation,
                const matrices::MatrixToWrite& matrix) {
    std::vector<engine::PhasePlan> phases;
    ranks::agree(context.ranks(), [&] {
      phases = evaluation.plan_to_reduce(context);
      if (output_.has_destination()) phases.push_back(matrices::plan_to_write(context, matrix, evaluation));
    });
    print_plan(invocation,
               {.subject = fmt::format("eval {} · {}", syntax_.text,
                                       evaluation.shape().dimensions == 0 ? "one number" : extents(evaluation.shape())),
                .phases = std::move(phases),
                .bytes_to_read = evaluation.bytes_to_read().value},
               json_);
    return ExitCode::done;
  }

  void print_number(const Invocation& invocation, const matrices::Evaluation& evaluation, double number) const {
    if (!json_) {
      const Elements elements = evaluation.elements();
      if (elements == Elements::truths) {
        answer("{}\n", number != 0 ? "True" : "False");
      } else if (elements == Elements::integers) {
        answer("{:.0f}\n", number);
      } else {
        std::string text;
        append_number(text, number);
        answer("{}\n", text);
      }
      return;
    }
    Digest digest;
    digest.add("number");
    digest.add(number);
    auto json = record(invocation, evaluation, digest.hex());
    if (std::isfinite(number) && evaluation.elements() == Elements::truths) {
      json["value"] = number != 0;
    } else if (std::isfinite(number) && evaluation.elements() == Elements::integers) {
      json["value"] = static_cast<std::int64_t>(number);
    } else if (std::isfinite(number)) {
      json["value"] = number;
    } else {
      json["value"] = nullptr;
    }
    answer("{}\n", json_text(json, 2));
  }

  [[nodiscard]] nlohmann::ordered_json record(const Invocation& invocation, const matrices::Evaluation& evaluation,
                                              const std::string& digest) const {
    auto json = invocation.json_head();
    json["digest"] = digest;
    json["expression"] = syntax_.text;
    for (const NamedMatrix& input : inputs_.all()) json["matrices"][input.name] = input.source;
    const Shape& shape = evaluation.shape();
    json["shape"] = nlohmann::json::array();
    for (std::size_t i = 0; i < shape.dimensions; ++i) json["shape"].push_back(shape.extents[i]);
    json["seed"] = seed_;
    if (output_.has_destination()) {
      json["out"] = output_.destination().file;
      json["dtype"] = storage::name_of(shape_.type);
    }
    return invocation.record(std::move(json), evaluation.identity().input);
  }

  std::string text_;
  expressions::Syntax syntax_;
  NamedMatrices inputs_;
  MatrixOutputOptions output_;
  storage::MatrixShape shape_;
  std::uint64_t seed_ = 0;
  engine::Deliver deliver_ = engine::Deliver::automatic;
  bool json_ = false;
  ComputeOptions compute_;
  CheckpointOptions checkpoint_;
};

}  // namespace

const char* const eval_explanation =
    R"(In order of precedence, as in Python: x.T  x**y  -x ~x  * /  + -  &  |  < <= > >= == !=; where(condition, x, y), clip(x, a, b),
minimum, maximum; abs sqrt exp log log10 sin cos tan tanh floor ceil; sum mean var std min max (x[, axis]), also with
axis=, keepdims=True and (var, std) ddof=, or as x.mean(0); random() uniform in [0, 1), normal() of mean 0 and variance 1,
keyed by the element's place; pi inf nan True False. Shapes are broadcast as NumPy does it. A 1-D dataset is a vector.

A result of one number is printed; a matrix or vector goes to --out, tile by tile: it may be larger than memory, and so may
what it is made of. A transposed matrix is read where its tile lies in the file. Reductions inside an expression are passes
over their arguments before. Everything is computed in float64; integers of 2^53 and more, where that is not exact, are
refused where the result consists of integers, or two of them are compared. A type that cannot hold a number (--dtype i1:
300, 0.5; f4: 1e300) refuses it. Truth values that are read are integers: m == 1 makes truth values of them again.

The result has the same bits on any ranks × threads and any x86-64-v3 or ARMv8 processor. The digest is of type, shape and
values, tile by tile: the same values made of files that are laid out otherwise may have another.

Examples:
  rankwise eval 'x + x.T - mean(x, 0)' x=matrix.h5:/x --out y.h5:/y
  rankwise eval 'max(abs(a - b))' a=first.npy b=second.npy
  mpiexec -n 2 rankwise eval '(x - x.mean(0)) / x.std(0)' x=data.csv --out standardized.npy --dtype f4
  rankwise eval 'where(x > 0.5, x, nan) + 0.1 * normal()' x=matrix.h5 --seed 3 --out noisy.h5
)";

std::unique_ptr<Command> make_eval() {
  return std::make_unique<Eval>();
}

}  // namespace rankwise::app
