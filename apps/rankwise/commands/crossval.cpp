#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <optional>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "apps/rankwise/matrix_words.hpp"
#include "apps/rankwise/model_parameters.hpp"
#include "apps/rankwise/plan_report.hpp"
#include "rankwise/base/digest.hpp"
#include "rankwise/base/parse_number.hpp"
#include "rankwise/learning/cross_validation.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/report/table.hpp"

namespace rankwise::app {
namespace {

using learning::Scoring;

class CrossValidation final : public Command {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("model", model_, "svc: support vector machines")->required()->type_name("MODEL");
    app.add_option("data", source_, "FILE[:DATASET]: a table of numbers, HDF5, .npy, .csv or .tsv")
        ->required()
        ->type_name("DATA");
    app.add_option("--target", target_, "the column that tells each sample's class; all others are features")
        ->type_name("NAME");
    app.add_option("--labels", labels_, "the classes, where they are not in DATA: one column of as many rows")
        ->type_name("SOURCE");
    add_value(app, "--cv", "K", "how many folds (default: 5)",
              [this](const std::string& text) { folds_ = parse_count(text, "--cv"); });
    app.add_option("--param", parameters_, "a parameter of the model, as scikit-learn calls it; as often as there are")
        ->type_name("NAME=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    add_choice<bool>(app, "--scale", "features to mean 0 and variance 1, as each fold's training samples have them",
                     {{"none", false}, {"standard", true}}, options_.scale);
    auto* shuffle = app.add_flag("--shuffle", shuffle_, "samples come to folds in random order");
    add_value(app, "--seed", "S", "another seed, another order (default: 0)", [this](const std::string& text) {
      seed_ = parse_count(text, "--seed");
    })->needs(shuffle);
    add_choice<Scoring>(app, "--scoring", "what is told of each fold (default: accuracy)",
                        {{"accuracy", Scoring::accuracy}, {"f1", Scoring::f1}}, options_.scoring);
    add_deliver(app, deliver_);
    app.add_flag("--json", json_, "print one JSON object instead of the table");
    compute_.add_to(app);
    checkpoint_.add_to(app, {.shards = false, .verify = true});
  }

  void check() override {
    pick("crossval", model_, {"svc"});
    if (target_.empty() == labels_.empty()) {
      throw UsageError("--target NAME, a column of DATA, or --labels SOURCE tells the classes: one of them");
    }
    constexpr std::uint64_t most_folds = 1'000'000;
    if (folds_ < 2 || folds_ > most_folds) {
      throw UsageError(fmt::format("--cv takes 2 to {} folds, not {}", most_folds, folds_));
    }
    const Parameters parameters = parse_parameters(parameters_);
    options_.model = svc_options(parameters);
    options_.model_in_words = model_;
    for (const auto& [name, value] : parameters) options_.model_in_words += fmt::format(" {}={}", name, value);
    options_.folds = static_cast<std::uint32_t>(folds_);
    if (shuffle_) options_.shuffle = seed_;
  }

  ExitCode run(Invocation& invocation) override {
    report::ProgressDisplay progress(
        {.command = "crossval", .mode = compute_.progress, .amount = static_cast<double>(folds_), .unit = "folds"});
    const engine::Context context = invocation.start(compute_, &progress, checkpoint_);
    const auto delivery = std::make_shared<engine::Delivery>();
    const engine::SharedMatrix table = invocation.open(context, source_, deliver_, delivery);
    std::optional<engine::SharedMatrix> labels;
    if (!labels_.empty()) labels.emplace(invocation.open(context, labels_, deliver_, delivery));
    const storage::MatrixInfo& info = table.info();
    if (compute_.plan) {
      engine::PhasePlan phase;
      ranks::agree(context.ranks(),
                   [&] { phase = learning::plan_to_cross_validate(context, info.rows, info.columns, options_); });
      print_plan(invocation,
                 {.subject = fmt::format("crossval {} of {}", options_.model_in_words, in_words(info)),
                  .phases = {phase},
                  .bytes_to_read = info.stored.value},
                 json_);
      return ExitCode::done;
    }
    const learning::Dataset data =
        labels ? learning::Dataset(context, table, *labels) : learning::Dataset(context, table, target_);
    invocation.begin_job(learning::identity_of(data, options_), &info);
    const std::vector<double> scores = learning::cross_validate(context, data, options_);
    if (invocation.is_root()) {
      const Summary summary = summary_of(scores);
      json_ ? print_json(invocation, info, data, summary) : print(invocation, info, data, summary);
    }
    invocation.save_checkpoint();
    return ExitCode::done;
  }

 private:
  struct Summary {
    std::vector<double> scores;
    double mean = 0, deviation = 0;
    std::string digest = {};
  };
  [[nodiscard]] Summary summary_of(const std::vector<double>& scores) const {
    Summary summary{.scores = scores};
    const auto n = static_cast<double>(scores.size());
    for (const double score : scores) summary.mean += score / n;
    for (const double score : scores) summary.deviation += (score - summary.mean) * (score - summary.mean) / n;
    summary.deviation = std::sqrt(summary.deviation);
    Digest digest;
    digest.add("crossval");
    digest.add(scoring_in_words());
    for (const double score : scores) digest.add(score);
    summary.digest = digest.hex();
    return summary;
  }
  [[nodiscard]] std::string_view scoring_in_words() const {
    return options_.scoring == Scoring::accuracy ? "accuracy" : "f1";
  }

  void print(const Invocation& invocation, const storage::MatrixInfo& info, const learning::Dataset& data,
             const Summary& summary) const {
    answer("crossval {} of {} · {} samples × {} features, {} classes · {}\n", options_.model_in_words,
           report::printable(info.source), data.samples(), data.features(), data.labels().size(),
           invocation.layout_line());
    report::Table table({"fold", std::string(scoring_in_words())});
    for (std::size_t fold = 0; fold < summary.scores.size(); ++fold) {
      table.add({std::to_string(fold), report::short_number(summary.scores[fold])});
    }
    table.add({"mean", report::short_number(summary.mean)});
    table.add({"std", report::short_number(summary.deviation)});
    answer("{}in {} · digest {}\n", table.text(report::output_width()), report::duration(invocation.seconds()),
           summary.digest);
  }

  void print_json(const Invocation& invocation, const storage::MatrixInfo& info, const learning::Dataset& data,
                  const Summary& summary) const {
    auto json = invocation.json_head();
    json["digest"] = summary.digest;
    json["model"] = model_;
    json["params"] = nlohmann::ordered_json::object();
    for (const auto& [name, value] : parse_parameters(parameters_)) json["params"][name] = value;
    json["input"] = info.source;
    json[labels_.empty() ? "target" : "labels"] = labels_.empty() ? target_ : labels_;
    json["samples"] = data.samples();
    json["features"] = data.features();
    json["classes"] = data.labels();
    json["cv"] = folds_;
    json["scoring"] = scoring_in_words();
    json["scores"] = summary.scores;
    json["mean"] = summary.mean;
    json["std"] = summary.deviation;
    answer("{}\n", json_text(json, 2));
  }

  std::string model_, source_, target_, labels_;
  std::vector<std::string> parameters_;
  std::uint64_t folds_ = 5, seed_ = 0;
  bool shuffle_ = false, json_ = false;
  learning::CrossValidationOptions options_;
  engine::Deliver deliver_ = engine::Deliver::automatic;
  ComputeOptions compute_;
  CheckpointOptions checkpoint_;
};

}  // namespace

const char* const crossval_explanation =
    R"(How well a model tells classes that it has not seen: for each of K folds it is trained on all others and scored on the
fold. Folds are scikit-learn's StratifiedKFold: each has about the same share of every class; without --shuffle, samples come
to them in their own order, and each score is that of cross_val_score. A missing value is an error that tells its place.

svc: scikit-learn's SVC, one machine for each pair of classes. Its parameters, with their defaults: C=1, kernel=rbf
(linear, poly, sigmoid), gamma=scale (auto, a number), degree=3, coef0=0, class_weight=none (balanced), tol=1e-3. All
products of samples are taken once on each node, for all folds, ranks and threads: 8 bytes for each pair of samples.

Scores: accuracy; f1, the mean of the classes' f1 (macro).

Folds are shared out to ranks × threads. The scores have the same bits on any number of them, on one kind of processor.

Examples:
  rankwise crossval svc digits.csv --target digit --cv 20
  mpiexec -n 2 rankwise crossval svc digits.csv --target digit --param C=10 --param gamma=0.001 --scoring f1
  rankwise crossval svc data.h5:/table --target class --param kernel=linear --scale standard --shuffle --seed 1
  rankwise generate classification --rows 2000 --columns 20 --out problem.h5:/x
  rankwise crossval svc problem.h5:/x --labels problem.h5:/y
)";

std::unique_ptr<Command> make_crossval() {
  return std::make_unique<CrossValidation>();
}

}  // namespace rankwise::app
