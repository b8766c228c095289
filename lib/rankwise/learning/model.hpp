#pragma once

#include <variant>

#include "rankwise/learning/logistic_regression.hpp"
#include "rankwise/learning/support_vectors.hpp"
#include "rankwise/learning/tree_grower.hpp"

namespace rankwise::learning {

/// A kind of model, and its parameters.
using ModelOptions = std::variant<SvcOptions, LogisticOptions, ForestOptions>;

}  // namespace rankwise::learning
