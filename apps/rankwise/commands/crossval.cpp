#include <fmt/format.h>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/score_summary.hpp"
#include "apps/rankwise/validate.hpp"
#include "apps/rankwise/validation_options.hpp"
#include "rankwise/base/digest.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/report/table.hpp"

namespace rankwise::app {
namespace {

class CrossValidation final : public Command {
 public:
  void add_options(CLI::App& app) override {
    const auto added = options_.add_to(app);
    added.seed->needs(added.shuffle);
    app.add_flag("--json", json_, "print one JSON object instead of the table");
    compute_.add_to(app);
    checkpoint_.add_to(app, {.shards = false, .verify = true});
  }

  void check() override {
    options_.check("crossval");
    model_.in_words = options_.model() + in_words(options_.parameters());
    model_.at = [model = model_options(options_.model(), options_.parameters())](std::uint64_t) { return model; };
  }

  ExitCode run(Invocation& invocation) override {
    const Validation validation{.command = "crossval",
                                .options = options_,
                                .candidates = model_,
                                .compute = compute_,
                                .checkpoint = checkpoint_,
                                .json = json_};
    return validate(invocation, validation, [&](const auto& info, const auto& data, const auto& scores) {
      json_ ? print_json(invocation, info, data, scores) : print(invocation, info, data, scores);
    });
  }

 private:
  [[nodiscard]] std::string digest_of(const std::vector<double>& scores) const {
    Digest digest;
    digest.add("crossval");
    digest.add(options_.scoring_in_words());
    for (const double score : scores) digest.add(score);
    return digest.hex();
  }

  void print(const Invocation& invocation, const storage::MatrixInfo& info, const learning::Dataset& data,
             const std::vector<double>& scores) const {
    answer("crossval {} of {} · {}\n", model_.in_words, SampleOptions::in_words(info, data), invocation.layout_line());
    report::Table table({"fold", std::string(options_.scoring_in_words())});
    for (std::size_t fold = 0; fold < scores.size(); ++fold) {
      table.add({std::to_string(fold), report::short_number(scores[fold])});
    }
    const ScoreSummary summary(scores);
    table.add({"mean", report::short_number(summary.mean)});
    table.add({"std", report::short_number(summary.deviation)});
    answer("{}in {} · digest {}\n", table.text(report::output_width()), report::duration(invocation.seconds()),
           digest_of(scores));
  }

  void print_json(const Invocation& invocation, const storage::MatrixInfo& info, const learning::Dataset& data,
                  const std::vector<double>& scores) const {
    const ScoreSummary summary(scores);
    auto json = invocation.json_head();
    json["digest"] = digest_of(scores);
    options_.add_to(json, info, data);
    json["scores"] = scores;
    json["mean"] = summary.mean;
    json["std"] = summary.deviation;
    answer("{}\n", json_text(json, 2));
  }

  ValidationOptions options_;
  learning::Candidates model_;
  bool json_ = false;
  ComputeOptions compute_;
  CheckpointOptions checkpoint_;
};

}  // namespace

const char* const crossval_explanation =
    R"(How well a model tells classes that it has not seen: for each of K folds it is trained on all others and scored on the
fold. Folds are scikit-learn's StratifiedKFold: each has about the same share of every class; without --shuffle, samples come
to them in their own order, and each score is that of cross_val_score. A missing value is an error that tells its place. The
target's labels are numbers, or, in a CSV or in HDF5, text.

Several targets: one model for each (scikit-learn's MultiOutputClassifier); folds are those of KFold, runs of samples. accuracy
is the share of samples of which all targets are told right; f1 (of each target's second class) and roc-auc are means over them.

svc: scikit-learn's SVC, one machine for each pair of classes. Its parameters, with their defaults: C=1, kernel=rbf
(linear, poly, sigmoid), gamma=scale (auto, a number), degree=3, coef0=0, class_weight=none (balanced), tol=1e-3. All
products of samples are taken once on each node, for all folds, ranks and threads, 8 bytes for each pair of samples (of
scaled features in each thread); where half of --memory, or a quarter of the node's, does not hold them, they are computed
when they are needed.

logistic: scikit-learn's LogisticRegression, of all classes together, with an L2 penalty, by L-BFGS; but it goes on to the
minimum. Its parameters: C=1, fit_intercept=true, class_weight=none (balanced), tol=1e-8, max_iter=10000.

forest: scikit-learn's RandomForestClassifier: trees on samples drawn with replacement; its scores are the same but for chance.
Its parameters: n_estimators=100, max_depth=none, min_samples_split=2, min_samples_leaf=1, max_features=sqrt (log2, all, a
number, a fraction such as 0.3), bootstrap=true, random_state=0.

Scores: accuracy; f1, the mean of the classes' f1 (macro); roc-auc, of the second of two classes, or the mean of each class
against the others (of an svc by its decision function, otherwise by probabilities).

Folds are shared out to ranks × threads. The scores have the same bits on any number of them, on one kind of processor.

Examples:
  rankwise crossval svc digits.csv --target digit --cv 20
  mpiexec -n 2 rankwise crossval svc digits.csv --target digit --param C=10 --param gamma=0.001 --scoring f1
  rankwise crossval svc data.h5:/table --target class --param kernel=linear --scale standard --shuffle --seed 1
  rankwise crossval logistic digits.csv --target digit --scale standard --scoring roc-auc
  rankwise generate classification --rows 2000 --columns 20 --out problem.h5:/x
  rankwise crossval svc problem.h5:/x --labels problem.h5:/y
)";

std::unique_ptr<Command> make_crossval() {
  return std::make_unique<CrossValidation>();
}

}  // namespace rankwise::app
