#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "apps/rankwise/model_parameters.hpp"
#include "apps/rankwise/plan_report.hpp"
#include "rankwise/base/parse_number.hpp"
#include "rankwise/learning/forest_prediction.hpp"
#include "rankwise/learning/train_forest.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"
#include "rankwise/report/format.hpp"
#include "rankwise/report/table.hpp"
#include "rankwise/storage/result_input.hpp"

namespace rankwise::app {
namespace {

using learning::Dataset;
using learning::ForestModel;
using learning::ForestOptions;

/// `forest fit DATA` and `forest predict MODEL DATA`.
class Forest final : public Command {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("action", action_, "fit: grow trees on DATA; predict: say of each row of DATA what it is")
        ->required()
        ->type_name("fit|predict");
    app.add_option("files", files_, "DATA: FILE[:DATASET], a table of numbers; for predict, MODEL.h5 before it")
        ->required()
        ->type_name("[MODEL] DATA");
    add_value(app, "--out", "FILE", "a new file: MODEL.h5 of fit, .csv or .tsv of predict", [this](const auto& text) {
      destination_ = storage::parse_destination(text);
    })->required();
    app.add_flag("--overwrite", overwrite_, "replace the file if it exists");
    of_fit_ = {
        app.add_option("--target", target_, "fit: the column that tells each sample's class; all others are features")
            ->type_name("NAME"),
        app.add_option("--labels", labels_, "fit: the classes, where they are not in DATA: one column of as many rows")
            ->type_name("SOURCE"),
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
    of_predict_ = {app.add_flag("--probabilities", probabilities_, "predict: also how likely each class is")};
    add_deliver(app, deliver_);
    app.add_flag("--json", json_, "print one JSON object instead");
    compute_.add_to(app);
    checkpoint_.add_to(app, {.shards = false, .verify = true});
  }

  void check() override {
    pick("forest", action_, {"fit", "predict"});
    refuse(fits() ? of_predict_ : of_fit_);
    checkpoint_.refuse_as_output(destination_);
    const std::size_t files = fits() ? 1 : 2;
    if (files_.size() != files) {
      throw UsageError(fits() ? "fit takes DATA alone: rankwise forest fit DATA --target NAME --out MODEL.h5"
                              : "predict takes MODEL and DATA: rankwise forest predict MODEL.h5 DATA --out FILE.csv");
    }
    const storage::OutputFormat wanted = fits() ? storage::OutputFormat::hdf5 : storage::OutputFormat::csv;
    if (storage::format_of(destination_) != wanted) {
      throw UsageError(fmt::format("{}, not to {}", fits() ? "a forest goes to .h5" : "predictions go to .csv or .tsv",
                                   destination_.file));
    }
    if (!destination_.dataset.empty()) throw UsageError("a forest takes a file of its own: --out MODEL.h5");
    if (fits() && target_.empty() == labels_.empty()) {
      throw UsageError("--target NAME, a column of DATA, or --labels SOURCE tells the classes: one of them");
    }
  }

  ExitCode run(Invocation& invocation) override { return fits() ? fit(invocation) : predict(invocation); }

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

  void check_destination(const Invocation& invocation) const {
    if (invocation.is_root() && !compute_.plan && !checkpoint_.resumes()) {
      storage::check_destination(destination_, overwrite_);
    }
  }

  ExitCode fit(Invocation& invocation) {
    report::ProgressDisplay progress({.command = "forest",
                                      .mode = compute_.progress,
                                      .amount = static_cast<double>(options_.trees),
                                      .unit = "trees"});
    const engine::Context context = invocation.start(compute_, &progress, checkpoint_);
    const auto delivery = std::make_shared<engine::Delivery>();
    const engine::SharedMatrix table = invocation.open(context, files_[0], deliver_, delivery);
    std::optional<engine::SharedMatrix> labels;
    if (!labels_.empty()) labels.emplace(invocation.open(context, labels_, deliver_, delivery));
    const storage::MatrixInfo& info = table.info();
    ranks::agree(context.ranks(), [&] {
      const std::uint64_t targets = labels ? labels->info().columns : learning::columns_named(info, target_).size();
      if (targets != 1) throw InputError(fmt::format("a forest has one target, not {}", targets));
      check_destination(invocation);
    });
    if (compute_.plan) {
      engine::PhasePlan phase;
      const Dataset sizes(info.rows, info.columns - (labels ? 0 : 1), 1);
      ranks::agree(context.ranks(), [&] { phase = learning::plan_to_train(context, sizes, options_); });
      print_plan(invocation,
                 {.subject = fmt::format("a forest of {}", report::printable(info.source)),
                  .phases = {phase},
                  .bytes_to_read = info.stored.value},
                 json_);
      return ExitCode::done;
    }
    const Dataset data = labels ? Dataset(context, table, *labels) : Dataset(context, table, target_);
    invocation.begin_job(learning::identity_of(data, options_), &info);
    const ForestModel model = learning::train_forest(context, data, options_);
    invocation.save_checkpoint();
    ranks::agree(context.ranks(), [&] {
      if (!invocation.is_root()) return;
      const storage::ResultTable arrays = model.table();
      const std::string digest = ForestModel::digest_of(arrays);
      storage::write_result(destination_, arrays, json_text(record(invocation, info, data, model, digest)), overwrite_);
      show(invocation, info, data, model, digest);
    });
    return ExitCode::done;
  }

  [[nodiscard]] nlohmann::ordered_json record(const Invocation& invocation, const storage::MatrixInfo& info,
                                              const Dataset& data, const ForestModel& model,
                                              const std::string& digest) const {
    auto json = invocation.json_head();
    json["digest"] = digest;
    json["action"] = "fit";
    json["input"] = info.source;
    json[labels_.empty() ? "target" : "labels"] = labels_.empty() ? target_ : labels_;
    json["out"] = destination_.file;
    json["samples"] = data.samples();
    json["features"] = data.features();
    json["classes"] = std::visit([](const auto& all) { return nlohmann::ordered_json(all); }, model.labels);
    json["trees"] = options_.trees;
    json["nodes"] = model.node_count();
    json["seed"] = options_.seed;
    json["oob_score"] = model.oob_score ? nlohmann::ordered_json(*model.oob_score) : nlohmann::ordered_json();
    for (std::size_t f = 0; f < model.features.size(); ++f)
      json["importances"][model.features[f]] = model.importances[f];
    return invocation.record(std::move(json), info.identity);
  }

  void show(const Invocation& invocation, const storage::MatrixInfo& info, const Dataset& data,
            const ForestModel& model, const std::string& digest) const {
    if (json_) return answer("{}\n", json_text(record(invocation, info, data, model, digest), 2));
    answer("forest of {} · {} samples × {} features, {} classes · {}\n", report::printable(info.source), data.samples(),
           data.features(), model.forest.class_count, invocation.layout_line());
    report::Table table({"feature", "importance"});
    std::vector<std::size_t> order(model.features.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return model.importances[a] > model.importances[b]; });
    constexpr std::size_t top = 10;
    for (std::size_t i = 0; i < std::min(top, order.size()); ++i) {
      table.add({report::printable(model.features[order[i]]), report::short_number(model.importances[order[i]])});
    }
    if (order.size() > top)
      table.add_remark("...", fmt::format("{} more, all in {}", order.size() - top, destination_.file));
    answer("{}", table.text(report::output_width()));
    answer("{}: {}, {}{}\n", destination_.file, report::plural(model.forest.trees.size(), "tree"),
           report::plural(model.node_count(), "node"),
           model.oob_score ? fmt::format(" · out-of-bag accuracy {}", report::short_number(*model.oob_score)) : "");
    answer("in {} · digest {}\n", report::duration(invocation.seconds()), digest);
  }

  ExitCode predict(Invocation& invocation) {
    report::ProgressDisplay progress({.command = "forest", .mode = compute_.progress, .unit = "rows"});
    const engine::Context context = invocation.start(compute_, &progress, checkpoint_);
    const engine::SharedMatrix table = invocation.open(context, files_[1], deliver_);
    const storage::MatrixInfo& info = table.info();
    const ForestModel model = read_model(context);
    progress.set_amount(static_cast<double>(info.rows));
    std::optional<learning::ForestPrediction> prediction;
    ranks::agree(context.ranks(), [&] {
      prediction.emplace(
          model, table,
          learning::ForestPrediction::Options{
              .destination = destination_,
              .overwrite = overwrite_,
              .probabilities = probabilities_,
              .record = [&](const std::string& digest) { return json_text(record(invocation, info, model, digest)); }});
      check_destination(invocation);
    });
    if (compute_.plan) {
      engine::PhasePlan phase;
      ranks::agree(context.ranks(), [&] { phase = prediction->plan(context); });
      print_plan(invocation,
                 {.subject = fmt::format("predictions of {}", report::printable(info.source)),
                  .phases = {phase},
                  .bytes_to_read = info.stored.value},
                 json_);
      return ExitCode::done;
    }
    invocation.begin_job(prediction->identity(), &info);
    invocation.check_output(destination_, overwrite_);
    const std::string digest = prediction->run(context);
    if (!invocation.is_root()) return ExitCode::done;
    if (json_) {
      answer("{}\n", json_text(record(invocation, info, model, digest), 2));
      return ExitCode::done;
    }
    answer("{} → {} · {} by {} · {}\n", report::printable(info.source), destination_.file,
           report::plural(info.rows, "prediction"), report::plural(model.forest.trees.size(), "tree"),
           invocation.layout_line());
    answer("in {} · digest {}\n", report::duration(invocation.seconds()), digest);
    return ExitCode::done;
  }

  [[nodiscard]] nlohmann::ordered_json record(const Invocation& invocation, const storage::MatrixInfo& info,
                                              const ForestModel& model, const std::string& digest) const {
    auto json = invocation.json_head();
    json["digest"] = digest;
    json["action"] = "predict";
    json["model"] = files_[0];
    json["input"] = info.source;
    json["out"] = destination_.file;
    json["rows"] = info.rows;
    json["trees"] = model.forest.trees.size();
    return invocation.record(std::move(json), info.identity);
  }

  /// Rank 0 reads it for all.
  [[nodiscard]] ForestModel read_model(const engine::Context& context) const {
    ByteWriter out;
    ranks::agree(context.ranks(), [&] {
      if (!context.ranks().is_root()) return;
      const auto table = storage::read_result(files_[0], ForestModel::columns_in_a_file());
      ForestModel::of_table(table, files_[0]).encode(out);
    });
    const auto bytes = ranks::broadcast(context.ranks(), out.take());
    ByteReader in(bytes);
    return ForestModel::decode(in);
  }

  std::string action_, target_, labels_;
  std::vector<std::string> files_;
  std::vector<CLI::Option*> of_fit_, of_predict_;
  storage::Destination destination_;
  ForestOptions options_;
  bool overwrite_ = false, probabilities_ = false, json_ = false;
  engine::Deliver deliver_ = engine::Deliver::automatic;
  ComputeOptions compute_;
  CheckpointOptions checkpoint_;
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
behind, any other to node tree_nodes[t] + next; in a leaf, row tree_leaves[t] + next of shares (leaves × classes) is what
the tree says.

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
