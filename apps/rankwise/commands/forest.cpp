#include <fmt/format.h>

#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/fit_forest.hpp"
#include "apps/rankwise/model_parameters.hpp"
#include "apps/rankwise/predict_forest.hpp"
#include "rankwise/base/parse_number.hpp"

namespace rankwise::app {
namespace {

using learning::ForestOptions;

/// `forest fit DATA` and `forest predict MODEL DATA`.
class Forest final : public Command {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("action", action_, "fit: grow trees on DATA; predict: say of each row of DATA what it is")
        ->required()
        ->type_name("fit|predict");
    app.add_option("data", files_, "DATA: FILE[:DATASET], a table of numbers; for predict, MODEL.h5 before it")
        ->required()
        ->type_name("[MODEL] DATA");
    add_value(app, "--out", "FILE", "a new file: MODEL.h5 of fit, .csv or .tsv of predict", [this](const auto& text) {
      work_.destination = storage::parse_destination(text);
    })->required();
    app.add_flag("--overwrite", work_.overwrite, "replace the file if it exists");
    const auto samples =
        samples_.add_to(app, "fit: the column that tells each sample's class; all others are features",
                        "fit: the classes, where they are not in DATA: one column of as many rows", "NAME");
    of_fit_ = {
        samples.target,
        samples.labels,
        add_count(app, "--n-estimators", "N", "fit: how many trees (default: 100)", options_.trees, 1),
        add_count(app, "--max-depth", "N", "fit: how many questions in a row at most (default: as many as it takes)",
                  options_.max_depth, 1),
        add_count(app, "--min-samples-split", "N", "fit: fewer samples are divided no more (default: 2)",
                  options_.min_samples_split, 2),
        add_count(app, "--min-samples-leaf", "N", "fit: as many samples at least on each side (default: 1)",
                  options_.min_samples_leaf, 1),
        add_value(app, "--max-features", "sqrt|log2|all|N|F",
                  "fit: features that a question is chosen from (default: sqrt)",
                  [this](const std::string& text) { set_max_features(options_, text); }),
        add_count(app, "--seed", "S", "fit: another seed, other trees (default: 0)", options_.seed, 0)};
    of_predict_ = {app.add_flag("--probabilities", question_.probabilities, "predict: also how likely each class is")};
    app.add_flag("--json", work_.json, "print one JSON object instead");
    work_.compute.add_to(app);
    work_.checkpoint.add_to(app, {.shards = false, .verify = true});
  }

  void check() override {
    pick("forest", action_, {"fit", "predict"});
    refuse(fits() ? of_predict_ : of_fit_);
    work_.checkpoint.refuse_as_output(work_.destination);
    const std::size_t files = fits() ? 1 : 2;
    if (files_.size() != files) {
      throw UsageError(fits() ? "fit takes DATA alone: rankwise forest fit DATA --target NAME --out MODEL.h5"
                              : "predict takes MODEL and DATA: rankwise forest predict MODEL.h5 DATA --out FILE.csv");
    }
    const storage::OutputFormat wanted = fits() ? storage::OutputFormat::hdf5 : storage::OutputFormat::csv;
    if (storage::format_of(work_.destination) != wanted) {
      throw UsageError(fmt::format("{}, not to {}", fits() ? "a forest goes to .h5" : "predictions go to .csv or .tsv",
                                   work_.destination.file));
    }
    if (!work_.destination.dataset.empty()) throw UsageError("a forest takes a file of its own: --out MODEL.h5");
    if (fits()) {
      samples_.check();
      samples_.set_source(files_[0]);
    } else {
      question_.model = files_[0];
      question_.table = files_[1];
      question_.deliver = samples_.deliver();
    }
  }

  ExitCode run(Invocation& invocation) override {
    return fits() ? fit_forest(invocation, work_, samples_, options_) : predict_forest(invocation, work_, question_);
  }

 private:
  [[nodiscard]] bool fits() const { return action_ == "fit"; }

  static CLI::Option* add_count(CLI::App& app, const std::string& name, const std::string& value,
                                const std::string& description, std::uint64_t& count, std::uint64_t least) {
    return add_value(app, name, value, description, [name, &count, least](const std::string& text) {
      count = parse_count(text, name);
      if (count < least) throw UsageError(fmt::format("{} takes {} or more, not {}", name, least, text));
    });
  }

  void refuse(const std::vector<CLI::Option*>& options) const {
    for (const CLI::Option* option : options) {
      if (option->count() > 0) throw UsageError(fmt::format("{} is not for {}", option->get_name(), action_));
    }
  }

  std::string action_;
  std::vector<std::string> files_;
  std::vector<CLI::Option*> of_fit_, of_predict_;
  SampleOptions samples_;
  ForestOptions options_;
  ForestQuestion question_;
  ForestWork work_;
};

}  // namespace

const char* const forest_explanation =
    R"(fit: Breiman's random forest with the parameters of scikit-learn's RandomForestClassifier: each tree is grown on as many
samples as there are, drawn with replacement; each node asks the question that leaves the least Gini impurity, of some
features drawn for it. Tree t depends on the seed and t alone. The out-of-bag accuracy is that of each sample by the trees
that have not seen it; importances are how much impurity a feature's questions take away. Thresholds are exact for features
of up to 65536 values; of more, neighbours are taken together.

MODEL.h5 is HDF5, for h5py as well: features, importances, target, classes, oob_score; of tree t, nodes tree_nodes[t] to
tree_nodes[t + 1]: feature (-1: a leaf), threshold, next. A sample whose feature is at most the threshold goes to the node
behind, any other to node tree_nodes[t] + next; in a leaf, row tree_leaves[t] + next of shares.reshape(-1, len(classes))
is what the tree says.

predict: a line for each row: the class whose mean share over all trees is greatest, and, with --probabilities, these means
(p_CLASS). Columns are found by the features' names, in any order, beside others. Rows pass through: there may be any number.

Trees and rows are shared out to ranks × threads. The results have the same bits on any number of them.

Examples:
  rankwise forest fit digits.csv --target digit --n-estimators 500 --out digits.h5
  mpiexec -n 2 rankwise forest predict digits.h5 digits.csv --probabilities --out predictions.csv
  rankwise forest fit data.h5:/table --target class --max-depth 12 --max-features 0.3 --checkpoint f.ckpt --resume --out model.h5
)";

std::unique_ptr<Command> make_forest() {
  return std::make_unique<Forest>();
}

}  // namespace rankwise::app
