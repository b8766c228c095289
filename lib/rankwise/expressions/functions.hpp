#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rankwise/expressions/formula.hpp"
#include "rankwise/kernels/elementwise.hpp"

namespace rankwise::expressions {

/// A function that works element by element.
struct Function {
  std::string_view name;
  kernels::Operation operation;
  Elements least;  ///< what it makes of truths and integers; at least what it is given
};

std::optional<Function> find_function(std::string_view name);
std::optional<Statistic> find_statistic(std::string_view name);
/// pi, inf, nan.
std::optional<double> find_constant(std::string_view name);
/// All that can be called.
std::vector<std::string> function_names();

}  // namespace rankwise::expressions
