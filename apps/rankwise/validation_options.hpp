#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "apps/rankwise/model_parameters.hpp"
#include "apps/rankwise/sample_options.hpp"
#include "rankwise/learning/cross_validation.hpp"

namespace rankwise::app {

/// What models are tried on and how, for commands that do: the data, its classes, folds, what is told of each.
class ValidationOptions {
 public:
  struct Added {
    CLI::Option *shuffle, *seed;
  };
  Added add_to(CLI::App& app);
  /// @throws UsageError
  void check(const std::string& command);

  [[nodiscard]] const std::string& model() const { return model_; }
  [[nodiscard]] const SampleOptions& samples() const { return samples_; }
  [[nodiscard]] const Parameters& parameters() const { return parameters_; }
  [[nodiscard]] const std::vector<std::string>& parameter_words() const { return parameter_words_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  /// Folds, scaling and scoring; which models they are is the command's to say.
  [[nodiscard]] const learning::CrossValidationOptions& validation() const { return validation_; }
  [[nodiscard]] std::string_view scoring_in_words() const;

  /// What JSON says of all this.
  void add_to(nlohmann::ordered_json& json, const storage::MatrixInfo& info, const learning::Dataset& data) const;

 private:
  std::string model_;
  SampleOptions samples_;
  std::vector<std::string> parameter_words_;
  Parameters parameters_;
  std::uint64_t folds_ = 5, seed_ = 0;
  bool shuffle_ = false;
  learning::CrossValidationOptions validation_;
};

}  // namespace rankwise::app
