#pragma once

#include <string>
#include <utility>
#include <vector>

#include "rankwise/learning/model.hpp"

namespace rankwise::app {

/// A model's parameters as they were typed: `C=1`, `gamma=scale`.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// @throws UsageError for what is no NAME=VALUE, or is there twice
Parameters parse_parameters(const std::vector<std::string>& words);

/// ` C=1 gamma=scale`
std::string in_words(const Parameters& parameters);

/// The models that there are: `svc`, `logistic`, `forest`.
const std::vector<std::string>& model_names();

/// `sqrt`, `log2`, `all`, a number, a fraction. @throws UsageError for anything else
void set_max_features(learning::ForestOptions& options, const std::string& value);

/// @param model one of these
/// @throws UsageError for a name or value that it does not have
learning::ModelOptions model_options(const std::string& model, const Parameters& parameters);

}  // namespace rankwise::app
