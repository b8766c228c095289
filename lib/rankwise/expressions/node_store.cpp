#include "rankwise/expressions/node_store.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace rankwise::expressions {
namespace {

using kernels::Operation;
using Node = Formula::Node;
using Kind = Formula::Kind;

bool gives_truths(Operation operation) {
  switch (operation) {
    case Operation::less:
    case Operation::less_equal:
    case Operation::equal:
    case Operation::not_equal:
    case Operation::logical_and:
    case Operation::logical_or:
    case Operation::logical_not:
      return true;
    default:
      return false;
  }
}

/// An integer that float64 may have rounded already.
bool is_inexact(const Node& node) {
  return node.elements == Elements::integers && !(std::abs(node.number) < most_exact);
}

Shape reduced(const Shape& shape, int axis, bool keepdims) {
  if (axis == 0) return keepdims ? Shape::matrix(1, shape.columns()) : Shape::vector(shape.columns());
  if (axis == 1) return keepdims ? Shape::matrix(shape.rows(), 1) : Shape::vector(shape.rows());
  if (!keepdims || shape.dimensions == 0) return Shape::number();
  return shape.dimensions == 2 ? Shape::matrix(1, 1) : Shape::vector(1);
}

Elements elements_of(Statistic statistic, Elements given) {
  switch (statistic) {
    case Statistic::min:
    case Statistic::max:
      return given;
    case Statistic::sum:
      return std::max(given, Elements::integers);
    default:
      return Elements::reals;
  }
}

}  // namespace

std::size_t NodeStore::number(double value, Elements elements) {
  return keep({.kind = Kind::number, .elements = elements, .number = value});
}

std::size_t NodeStore::operand(std::uint64_t index, const Operand& operand) {
  return keep({.kind = Kind::operand, .shape = operand.shape, .elements = operand.elements, .index = index});
}

std::size_t NodeStore::drawn(Formula::Kind kind) {
  return keep({.kind = kind, .index = drawn_++});
}

std::size_t NodeStore::operation(Operation operation, const std::vector<std::size_t>& arguments, Elements least) {
  Node made{.kind = Kind::operation, .elements = least, .operation = operation};
  std::array<double, 3> numbers{};
  bool constant = true;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Node& argument = nodes_[arguments[i]];
    made.arguments[i] = arguments[i];
    made.shape = broadcast(made.shape, argument.shape).value();
    const bool condition = operation == Operation::where && i == 0;
    if (!gives_truths(operation) && !condition) made.elements = std::max(made.elements, argument.elements);
    constant = constant && argument.kind == Kind::number && !is_inexact(argument);
    numbers[i] = argument.number;
  }
  if (!constant) return keep(made);
  double result = 0;
  kernels::apply(operation, {&numbers[0], &numbers[1], &numbers[2]}, 1, &result);
  return number(result, made.elements);
}

std::size_t NodeStore::product(std::size_t left, std::size_t right) {
  const std::size_t product = operation(Operation::multiply, {left, right}, Elements::integers);
  if (nodes_[product].elements == Elements::reals || left == right) return product;
  return operation(Operation::add, {product, number(0, Elements::integers)}, Elements::integers);
}

std::size_t NodeStore::negative(std::size_t argument) {
  if (nodes_[argument].elements == Elements::reals) return operation(Operation::negate, {argument}, Elements::reals);
  return operation(Operation::subtract, {number(0, Elements::integers), argument}, Elements::integers);
}

std::size_t NodeStore::power(std::size_t base, std::size_t exponent) {
  const Node given = nodes_[exponent];
  const bool constant = given.kind == Kind::number;
  const bool whole = constant && given.elements != Elements::reals && given.number >= 0;
  const Elements least = whole ? Elements::integers : Elements::reals;
  if (constant && nodes_[base].kind != Kind::number) {
    if (given.number == 2) return operation(Operation::multiply, {base, base}, least);
    if (given.number == 0.5) return operation(Operation::square_root, {base}, least);
    if (given.number == -1) return operation(Operation::divide, {number(1, Elements::integers), base}, least);
  }
  return operation(Operation::power, {base, exponent}, least);
}

std::size_t NodeStore::transposed(std::size_t argument) {
  const Node inner = nodes_[argument];
  if (inner.shape.dimensions < 2) return argument;
  return keep({.kind = Kind::transposed,
               .shape = inner.shape.transposed(),
               .elements = inner.elements,
               .arguments = {argument}});
}

std::size_t NodeStore::reduction(std::size_t argument, const Reduction& reduction, bool keepdims) {
  const Node taken = nodes_[argument];
  return keep({.kind = Kind::reduction,
               .shape = reduced(taken.shape, reduction.axis, keepdims),
               .elements = elements_of(reduction.statistic, taken.elements),
               .arguments = {argument},
               .reduction = reduction});
}

std::size_t NodeStore::keep(const Node& node) {
  const Key key{node.kind,  node.operation, node.arguments, std::bit_cast<std::uint64_t>(node.number),
                node.index, node.reduction, node.elements,  node.shape.dimensions};
  const auto [place, is_new] = known_.try_emplace(key, nodes_.size());
  if (is_new) nodes_.push_back(node);
  return place->second;
}

}  // namespace rankwise::expressions
