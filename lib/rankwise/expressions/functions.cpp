#include "rankwise/expressions/functions.hpp"

#include <array>
#include <limits>
#include <numbers>
#include <utility>

namespace rankwise::expressions {
namespace {

using kernels::Operation;

constexpr std::array functions{
    Function{"exp", Operation::exponential, Elements::reals},
    Function{"log", Operation::logarithm, Elements::reals},
    Function{"log10", Operation::logarithm10, Elements::reals},
    Function{"sqrt", Operation::square_root, Elements::reals},
    Function{"abs", Operation::absolute, Elements::integers},
    Function{"sin", Operation::sine, Elements::reals},
    Function{"cos", Operation::cosine, Elements::reals},
    Function{"tan", Operation::tangent, Elements::reals},
    Function{"tanh", Operation::hyperbolic_tangent, Elements::reals},
    Function{"floor", Operation::floor, Elements::integers},
    Function{"ceil", Operation::ceiling, Elements::integers},
    Function{"minimum", Operation::minimum, Elements::truths},
    Function{"maximum", Operation::maximum, Elements::truths},
    Function{"where", Operation::where, Elements::truths},
};

constexpr std::array<std::pair<std::string_view, Statistic>, 6> statistics{{{"sum", Statistic::sum},
                                                                            {"mean", Statistic::mean},
                                                                            {"var", Statistic::var},
                                                                            {"std", Statistic::std},
                                                                            {"min", Statistic::min},
                                                                            {"max", Statistic::max}}};

constexpr std::array<std::pair<std::string_view, double>, 3> constants{
    {{"pi", std::numbers::pi},
     {"inf", std::numeric_limits<double>::infinity()},
     {"nan", std::numeric_limits<double>::quiet_NaN()}}};

template <class Value, std::size_t count>
std::optional<Value> find(const std::array<std::pair<std::string_view, Value>, count>& table, std::string_view name) {
  for (const auto& [word, value] : table) {
    if (word == name) return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Function> find_function(std::string_view name) {
  for (const Function& function : functions) {
    if (function.name == name) return function;
  }
  return std::nullopt;
}

std::optional<Statistic> find_statistic(std::string_view name) {
  return find(statistics, name);
}

std::optional<double> find_constant(std::string_view name) {
  return find(constants, name);
}

std::vector<std::string> function_names() {
  std::vector<std::string> names{"clip", "random", "normal"};
  for (const Function& function : functions) names.emplace_back(function.name);
  for (const auto& [name, statistic] : statistics) names.emplace_back(name);
  return names;
}

}  // namespace rankwise::expressions
