#include "apps/rankwise/model_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/rankwise/common_options.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/base/parse_number.hpp"

namespace rankwise::app {
namespace {

using learning::ForestOptions;
using learning::KernelFunction;
using learning::LogisticOptions;
using learning::SvcOptions;

double above_zero(const std::string& name, const std::string& text) {
  const double value = parse_real(text, "--param " + name);
  if (!(value > 0)) throw UsageError(fmt::format("{} takes a number above 0, not {}", name, text));
  return value;
}

KernelFunction::Kind kernel_named(const std::string& word) {
  using Kind = KernelFunction::Kind;
  pick("--param kernel", word, {"rbf", "linear", "poly", "sigmoid"});
  if (word == "rbf") return Kind::rbf;
  if (word == "linear") return Kind::linear;
  return word == "poly" ? Kind::polynomial : Kind::sigmoid;
}

void set_gamma(SvcOptions& options, const std::string& text) {
  options.gamma = text == "scale"  ? SvcOptions::Gamma::scale
                  : text == "auto" ? SvcOptions::Gamma::automatic
                                   : SvcOptions::Gamma::number;
  if (options.gamma == SvcOptions::Gamma::number) options.kernel.gamma = above_zero("gamma", text);
}

bool is_balanced(const std::string& value) {
  pick("--param class_weight", value, {"balanced", "none"});
  return value == "balanced";
}

void set(SvcOptions& options, const std::string& name, const std::string& value) {
  constexpr std::uint64_t most_degree = 1000;
  pick("--param", name, {"C", "kernel", "gamma", "degree", "coef0", "class_weight", "tol"});
  if (name == "C") options.c = above_zero(name, value);
  if (name == "kernel") options.kernel.kind = kernel_named(value);
  if (name == "gamma") set_gamma(options, value);
  if (name == "coef0") options.kernel.coef0 = parse_real(value, "--param coef0");
  if (name == "tol") options.tolerance = above_zero(name, value);
  if (name == "class_weight") options.balanced = is_balanced(value);
  if (name == "degree") {
    const std::uint64_t degree = parse_count(value, "--param degree");
    if (degree > most_degree) throw UsageError(fmt::format("degree takes 0 to {}, not {}", most_degree, value));
    options.kernel.degree = static_cast<std::uint32_t>(degree);
  }
}

void set(LogisticOptions& options, const std::string& name, const std::string& value) {
  pick("--param", name, {"C", "class_weight", "fit_intercept", "tol", "max_iter"});
  if (name == "C") options.c = above_zero(name, value);
  if (name == "tol") options.tolerance = above_zero(name, value);
  if (name == "class_weight") options.balanced = is_balanced(value);
  if (name == "max_iter") options.most_iterations = parse_count(value, "--param max_iter");
  if (name == "fit_intercept") {
    pick("--param fit_intercept", value, {"true", "false"});
    options.intercept = value == "true";
  }
}

std::uint64_t at_least(std::uint64_t least, const std::string& name, const std::string& value) {
  const std::uint64_t count = parse_count(value, "--param " + name);
  if (count < least) throw UsageError(fmt::format("{} takes {} or more, not {}", name, least, value));
  return count;
}

void set(ForestOptions& options, const std::string& name, const std::string& value) {
  pick("--param", name,
       {"n_estimators", "max_depth", "min_samples_split", "min_samples_leaf", "max_features", "bootstrap",
        "random_state"});
  if (name == "n_estimators") options.trees = at_least(1, name, value);
  if (name == "max_depth" && value != "none") options.max_depth = at_least(1, name, value);
  if (name == "min_samples_split") options.min_samples_split = at_least(2, name, value);
  if (name == "min_samples_leaf") options.min_samples_leaf = at_least(1, name, value);
  if (name == "max_features") set_max_features(options, value);
  if (name == "random_state") options.seed = parse_count(value, "--param random_state");
  if (name == "bootstrap") {
    pick("--param bootstrap", value, {"true", "false"});
    options.bootstrap = value == "true";
  }
}

template <class Options>
Options with(const Parameters& parameters) {
  Options options;
  for (const auto& [name, value] : parameters) set(options, name, value);
  return options;
}

}  // namespace

void set_max_features(ForestOptions& options, const std::string& value) {
  using MaxFeatures = ForestOptions::MaxFeatures;
  if (value == "sqrt" || value == "log2" || value == "all") {
    options.max_features = value == "sqrt"   ? MaxFeatures::root
                           : value == "log2" ? MaxFeatures::logarithm
                                             : MaxFeatures::all;
    return;
  }
  options.features = parse_real(value, "max_features");
  const bool is_fraction = value.find_first_of(".eE") != std::string::npos;
  options.max_features = is_fraction ? MaxFeatures::fraction : MaxFeatures::number;
  const bool fits =
      options.features > 0 && (is_fraction ? options.features <= 1 : options.features == std::floor(options.features));
  if (!fits)
    throw UsageError(
        fmt::format("max_features takes sqrt, log2, all, a number, or a fraction up to 1.0, not {}", value));
}

Parameters parse_parameters(const std::vector<std::string>& words) {
  Parameters parameters;
  for (const std::string& word : words) {
    const auto sign = word.find('=');
    if (sign == std::string::npos || sign == 0 || sign + 1 == word.size()) {
      throw UsageError(fmt::format("--param takes NAME=VALUE such as C=10, not '{}'", word));
    }
    const std::string name = word.substr(0, sign);
    if (std::any_of(parameters.begin(), parameters.end(), [&](const auto& known) { return known.first == name; })) {
      throw UsageError(fmt::format("--param has {} twice", name));
    }
    parameters.emplace_back(name, word.substr(sign + 1));
  }
  return parameters;
}

std::string in_words(const Parameters& parameters) {
  std::string words;
  for (const auto& [name, value] : parameters) words += fmt::format(" {}={}", name, value);
  return words;
}

const std::vector<std::string>& model_names() {
  static const std::vector<std::string> names{"svc", "logistic", "forest"};
  return names;
}

learning::ModelOptions model_options(const std::string& model, const Parameters& parameters) {
  if (model == "svc") return with<SvcOptions>(parameters);
  if (model == "forest") return with<ForestOptions>(parameters);
  return with<LogisticOptions>(parameters);
}

}  // namespace rankwise::app
