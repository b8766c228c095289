#pragma once

#include <variant>

#include "rankwise/learning/logistic_regression.hpp"
#include "rankwise/learning/support_vectors.hpp"

namespace rankwise::learning {

/// A kind of model, and its parameters.
using ModelOptions = std::variant<SvcOptions, LogisticOptions>;

}  // namespace rankwise::learning
