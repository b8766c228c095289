#include "apps/rankwise/validation_options.hpp"

#include <fmt/format.h>

#include "rankwise/base/parse_number.hpp"
#include "rankwise/report/format.hpp"

namespace rankwise::app {

using learning::Scoring;

ValidationOptions::Added ValidationOptions::add_to(CLI::App& app) {
  app.add_option("model", model_,
                 "svc: support vector machines; logistic: logistic regression; forest: a random forest")
      ->required()
      ->type_name("MODEL");
  app.add_option("data", source_, "FILE[:DATASET]: a table of numbers, HDF5, .npy, .csv or .tsv")
      ->required()
      ->type_name("DATA");
  app.add_option("--target", target_, "the column that tells each sample's class, or several; all others are features")
      ->type_name("NAME[,NAME...]");
  app.add_option("--labels", labels_, "the classes, where they are not in DATA: as many rows; each column is a target")
      ->type_name("SOURCE");
  add_value(app, "--cv", "K", "how many folds (default: 5)",
            [this](const std::string& text) { folds_ = parse_count(text, "--cv"); });
  app.add_option("--param", parameter_words_, "a parameter of the model, as scikit-learn calls it; as often as needed")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_choice<bool>(app, "--scale", "features to mean 0 and variance 1, as each fold's training samples have them",
                   {{"none", false}, {"standard", true}}, validation_.scale);
  Added added{};
  added.shuffle = app.add_flag("--shuffle", shuffle_, "samples come to folds in random order");
  added.seed = add_value(app, "--seed", "S", "another seed, another random order (default: 0)",
                         [this](const std::string& text) { seed_ = parse_count(text, "--seed"); });
  add_choice<Scoring>(app, "--scoring", "what is told of each fold (default: accuracy)",
                      {{"accuracy", Scoring::accuracy}, {"f1", Scoring::f1}, {"roc-auc", Scoring::roc_auc}},
                      validation_.scoring);
  add_deliver(app, deliver_);
  return added;
}

void ValidationOptions::check(const std::string& command) {
  pick(command, model_, model_names());
  if (target_.empty() == labels_.empty()) {
    throw UsageError("--target NAME, a column of DATA, or --labels SOURCE tells the classes: one of them");
  }
  constexpr std::uint64_t most_folds = 1'000'000;
  if (folds_ < 2 || folds_ > most_folds) {
    throw UsageError(fmt::format("--cv takes 2 to {} folds, not {}", most_folds, folds_));
  }
  parameters_ = parse_parameters(parameter_words_);
  validation_.folds = static_cast<std::uint32_t>(folds_);
  if (shuffle_) validation_.shuffle = seed_;
}

std::string_view ValidationOptions::scoring_in_words() const {
  if (validation_.scoring == Scoring::roc_auc) return "roc-auc";
  return validation_.scoring == Scoring::accuracy ? "accuracy" : "f1";
}

ValidationOptions::Sources ValidationOptions::open(const Invocation& invocation, const engine::Context& context) const {
  const auto delivery = std::make_shared<engine::Delivery>();
  Sources sources{.samples = invocation.open(context, source_, deliver_, delivery), .labels = std::nullopt};
  if (!labels_.empty()) sources.labels.emplace(invocation.open(context, labels_, deliver_, delivery));
  return sources;
}

learning::Dataset ValidationOptions::read(const engine::Context& context, const Sources& sources) const {
  if (sources.labels) return {context, sources.samples, *sources.labels};
  return {context, sources.samples, target_};
}

std::uint64_t ValidationOptions::target_count(const Sources& sources) const {
  return sources.labels ? sources.labels->info().columns : learning::columns_named(sources.info(), target_).size();
}

std::string ValidationOptions::in_words(const storage::MatrixInfo& info, const learning::Dataset& data) {
  const std::size_t targets = data.targets().size();
  return fmt::format(
      "{} · {} samples × {} features, {}", report::printable(info.source), data.samples(), data.features(),
      targets > 1 ? fmt::format("{} targets", targets) : fmt::format("{} classes", data.target().class_count()));
}

void ValidationOptions::add_to(nlohmann::ordered_json& json, const storage::MatrixInfo& info,
                               const learning::Dataset& data) const {
  json["model"] = model_;
  json["params"] = nlohmann::ordered_json::object();
  for (const auto& [name, value] : parameters_) json["params"][name] = value;
  json["input"] = info.source;
  json[labels_.empty() ? "target" : "labels"] = labels_.empty() ? target_ : labels_;
  json["samples"] = data.samples();
  json["features"] = data.features();
  const auto labels_of = [](const learning::Target& target) {
    return std::visit([](const auto& labels) { return nlohmann::ordered_json(labels); }, target.labels);
  };
  if (data.targets().size() == 1) {
    json["classes"] = labels_of(data.target());
  } else {
    for (const learning::Target& target : data.targets()) {
      json["targets"].push_back({{"name", target.name}, {"classes", labels_of(target)}});
    }
  }
  json["cv"] = folds_;
  json["scoring"] = scoring_in_words();
}

}  // namespace rankwise::app
