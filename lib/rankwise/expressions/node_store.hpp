#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "rankwise/expressions/formula.hpp"

namespace rankwise::expressions {

/// Makes the nodes of a formula; what is there already is not made again. Arguments and results are numbers of nodes.
class NodeStore {
 public:
  /// @param drawn how many random() and normal() come before
  explicit NodeStore(std::uint64_t drawn = 0) : drawn_(drawn) {}
  [[nodiscard]] std::uint64_t drawn() const { return drawn_; }
  [[nodiscard]] const Formula::Node& operator[](std::size_t node) const { return nodes_[node]; }
  std::vector<Formula::Node> take() { return std::move(nodes_); }

  std::size_t number(double value, Elements elements);
  std::size_t operand(std::uint64_t index, const Operand& operand);
  /// @param kind uniform or normal; never the same as another
  std::size_t drawn(Formula::Kind kind);
  /// @param least what it makes of truths and integers; at least what it is given, but for what gives truths
  /// @pre the arguments' shapes fit
  std::size_t operation(kernels::Operation operation, const std::vector<std::size_t>& arguments, Elements least);
  /// The product of integers has no -0.
  std::size_t product(std::size_t left, std::size_t right);
  std::size_t negative(std::size_t argument);
  /// NumPy's short cuts for some constant exponents: x ** 2 is x * x, x ** 0.5 is sqrt(x), x ** -1 is 1 / x.
  std::size_t power(std::size_t base, std::size_t exponent);
  std::size_t transposed(std::size_t argument);
  std::size_t reduction(std::size_t argument, const Reduction& reduction, bool keepdims);

 private:
  std::size_t keep(const Formula::Node& node);

  using Key = std::tuple<Formula::Kind, kernels::Operation, std::array<std::size_t, 3>, std::uint64_t, std::uint64_t,
                         Reduction, Elements, std::size_t>;
  std::vector<Formula::Node> nodes_;
  std::map<Key, std::size_t> known_;
  std::uint64_t drawn_;
};

}  // namespace rankwise::expressions
