#include "apps/rankwise/validation_options.hpp"

#include <fmt/format.h>

#include "rankwise/base/parse_number.hpp"

namespace rankwise::app {

using learning::Scoring;

ValidationOptions::Added ValidationOptions::add_to(CLI::App& app) {
  app.add_option("model", model_,
                 "svc: support vector machines; logistic: logistic regression; forest: a random forest")
      ->required()
      ->type_name("MODEL");
  add_value(app, "data", "DATA", "FILE[:DATASET]: a table of numbers, HDF5, .npy, .csv or .tsv",
            [this](const std::string& text) { samples_.set_source(text); })
      ->required();
  samples_.add_to(app, "the column that tells each sample's class, or several; all others are features",
                  "the classes, where they are not in DATA: as many rows; each column is a target", "NAME[,NAME...]");
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
  return added;
}

void ValidationOptions::check(const std::string& command) {
  pick(command, model_, model_names());
  samples_.check();
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

void ValidationOptions::add_to(nlohmann::ordered_json& json, const storage::MatrixInfo& info,
                               const learning::Dataset& data) const {
  json["model"] = model_;
  json["params"] = nlohmann::ordered_json::object();
  for (const auto& [name, value] : parameters_) json["params"][name] = value;
  samples_.add_to(json, info, data);
  json["cv"] = folds_;
  json["scoring"] = scoring_in_words();
}

}  // namespace rankwise::app
