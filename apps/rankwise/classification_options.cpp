#include "apps/rankwise/classification_options.hpp"

#include <fmt/format.h>

#include "apps/rankwise/common_options.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/base/parse_number.hpp"

namespace rankwise::app {

void ClassificationOptions::add_count(CLI::App& app, const std::string& name, const std::string& description,
                                      std::uint64_t& count) {
  add_value(app, name, "N", fmt::format("classification: {} (default: {})", description, count),
            [this, name, &count](const std::string& text) {
              count = parse_count(text, name);
              given_.push_back(name);
            });
}

void ClassificationOptions::add_to(CLI::App& app) {
  add_count(app, "--n-informative", "features that tell the classes apart", chosen_.informative);
  add_count(app, "--n-redundant", "features that are combinations of those", chosen_.redundant);
  add_count(app, "--n-classes", "how many classes", chosen_.classes);
  add_count(app, "--n-clusters-per-class", "how many clusters each of them has", chosen_.clusters_per_class);
  add_value(app, "--class-sep", "S", "classification: half the distance between clusters (default: 1)",
            [this](const std::string& text) {
              chosen_.class_sep = parse_real(text, "--class-sep");
              given_.emplace_back("--class-sep");
            });
  add_value(app, "--flip-y", "F", "classification: share of labels that are drawn anew, from 0 to 1 (default: 0.01)",
            [this](const std::string& text) {
              chosen_.flip_y = parse_real(text, "--flip-y");
              if (!(chosen_.flip_y >= 0 && chosen_.flip_y <= 1)) {
                throw UsageError(fmt::format("--flip-y takes 0 to 1, not '{}'", text));
              }
              given_.emplace_back("--flip-y");
            });
}

void ClassificationOptions::refuse_for(const std::string& kind) const {
  if (!given_.empty()) throw UsageError(fmt::format("{} is for generate classification, not {}", given_.front(), kind));
}

matrices::ClassificationOptions ClassificationOptions::problem(const storage::MatrixShape& features,
                                                               std::uint64_t seed) const {
  matrices::ClassificationOptions problem = chosen_;
  problem.samples = features.rows;
  problem.features = features.columns;
  problem.seed = seed;
  problem.check();
  return problem;
}

void describe(const matrices::ClassificationOptions& problem, const matrices::Classification& classification,
              nlohmann::ordered_json& json) {
  json["n_classes"] = problem.classes;
  json["n_clusters_per_class"] = problem.clusters_per_class;
  json["class_sep"] = problem.class_sep;
  json["flip_y"] = problem.flip_y;
  json["informative"] = classification.informative();
  json["redundant"] = classification.redundant();
}

}  // namespace rankwise::app
