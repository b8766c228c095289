#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rankwise/expressions/formula.hpp"
#include "rankwise/expressions/functions.hpp"
#include "rankwise/expressions/shape.hpp"
#include "rankwise/expressions/syntax.hpp"
#include "rankwise/kernels/elementwise.hpp"
#include "rankwise/random/normal.hpp"
#include "rankwise/random/philox.hpp"

namespace rankwise::expressions::naive {

/// The oracle of programs: evaluates what was written part by part, each to an array of its own, as NumPy does.
struct Array {
  Shape shape;
  std::vector<double> values;  ///< row after row

  [[nodiscard]] double at(std::uint64_t row, std::uint64_t column) const {
    return values[(shape.rows() == 1 ? 0 : row) * shape.columns() + (shape.columns() == 1 ? 0 : column)];
  }
};

inline Array transposed(const Array& array) {
  if (array.shape.dimensions < 2) return array;
  Array result{array.shape.transposed(), {}};
  for (std::uint64_t r = 0; r < result.shape.rows(); ++r) {
    for (std::uint64_t c = 0; c < result.shape.columns(); ++c) result.values.push_back(array.at(c, r));
  }
  return result;
}

inline double reduce(const std::vector<double>& values, const Reduction& reduction) {
  double sum = 0, squares = 0;
  double least = values.empty() ? NAN : values[0], most = least;
  for (const double value : values) {
    sum += value;
    least = std::isnan(value) || value < least ? value : least;
    most = std::isnan(value) || value > most ? value : most;
  }
  const auto count = static_cast<double>(values.size());
  for (const double value : values) squares += (value - sum / count) * (value - sum / count);
  const double variance = squares / std::max(0.0, count - static_cast<double>(reduction.ddof));
  switch (reduction.statistic) {
    case Statistic::sum:
      return sum;
    case Statistic::mean:
      return sum / count;
    case Statistic::var:
      return variance;
    case Statistic::std:
      return std::sqrt(variance);
    case Statistic::min:
      return least;
    case Statistic::max:
      break;
  }
  return most;
}

/// One number for each column (axis 0), each row (axis 1), or in all (axis -1).
inline std::vector<double> reduce(const Array& array, const Reduction& reduction) {
  if (reduction.axis < 0) return {reduce(array.values, reduction)};
  const bool columns = reduction.axis == 0;
  std::vector<double> results;
  for (std::uint64_t i = 0; i < (columns ? array.shape.columns() : array.shape.rows()); ++i) {
    std::vector<double> line;
    for (std::uint64_t j = 0; j < (columns ? array.shape.rows() : array.shape.columns()); ++j) {
      line.push_back(columns ? array.at(j, i) : array.at(i, j));
    }
    results.push_back(reduce(line, reduction));
  }
  return results;
}

class Interpreter {
 public:
  Interpreter(const Syntax& syntax, std::map<std::string, Array> arrays, std::uint64_t seed)
      : syntax_(syntax), arrays_(std::move(arrays)), seed_(seed), drawn_(syntax.nodes.size()) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < syntax.nodes.size(); ++i) {
      const std::string& word = syntax.nodes[i].word;
      if (syntax.nodes[i].kind == SyntaxNode::Kind::call && (word == "random" || word == "normal")) drawn_[i] = count++;
    }
  }
  /// @param shape that the whole has
  Array whole(const Shape& shape) { return array(syntax_.nodes.size() - 1, shape); }

 private:
  /// @param context the shape of what the part is an element-by-element part of
  Array array(std::size_t index, const Shape& context) {
    const SyntaxNode& node = syntax_.nodes[index];
    switch (node.kind) {
      case SyntaxNode::Kind::number:
        return {Shape::number(), {node.number}};
      case SyntaxNode::Kind::name:
        if (node.word == "True" || node.word == "False") return {Shape::number(), {node.word == "True" ? 1.0 : 0.0}};
        if (const auto constant = find_constant(node.word)) return {Shape::number(), {*constant}};
        return arrays_.at(node.word);
      case SyntaxNode::Kind::unary:
        if (node.word == "+") return argument(node, 0, context);
        return apply(node.word == "-" ? kernels::Operation::negate : kernels::Operation::logical_not,
                     {argument(node, 0, context)});
      case SyntaxNode::Kind::binary:
        return binary(node, context);
      case SyntaxNode::Kind::transposed:
        // What is drawn has no shape of its own.
        if (argument(node, 0, Shape::number()).shape.dimensions < 2) return argument(node, 0, context);
        return transposed(argument(node, 0, context.transposed()));
      case SyntaxNode::Kind::call:
        break;
    }
    if (node.word == "random" || node.word == "normal") return draw(index, context);
    if (const auto statistic = find_statistic(node.word)) return reduction(node, *statistic);
    std::vector<Array> arguments;
    for (std::size_t i = 0; i < node.arguments.size(); ++i) arguments.push_back(argument(node, i, context));
    if (node.word == "clip") {
      return apply(kernels::Operation::minimum,
                   {apply(kernels::Operation::maximum, {arguments[0], arguments[1]}), arguments[2]});
    }
    return apply(find_function(node.word)->operation, arguments);
  }
  Array argument(const SyntaxNode& node, std::size_t i, const Shape& context) {
    return array(node.arguments[i].node, context);
  }

  Array binary(const SyntaxNode& node, const Shape& context) {
    static const std::map<std::string, kernels::Operation> operations{
        {"+", kernels::Operation::add},         {"-", kernels::Operation::subtract},
        {"*", kernels::Operation::multiply},    {"/", kernels::Operation::divide},
        {"**", kernels::Operation::power},      {"<", kernels::Operation::less},
        {"<=", kernels::Operation::less_equal}, {"==", kernels::Operation::equal},
        {"!=", kernels::Operation::not_equal},  {"&", kernels::Operation::logical_and},
        {"|", kernels::Operation::logical_or},  {">", kernels::Operation::less},
        {">=", kernels::Operation::less_equal}};
    const Array left = argument(node, 0, context), right = argument(node, 1, context);
    const bool turned = node.word[0] == '>';
    if (node.word == "**" && right.shape.dimensions == 0) {  // NumPy's short cuts
      if (right.values[0] == 2) return apply(kernels::Operation::multiply, {left, left});
      if (right.values[0] == 0.5) return apply(kernels::Operation::square_root, {left});
      if (right.values[0] == -1) return apply(kernels::Operation::divide, {{Shape::number(), {1}}, left});
    }
    return apply(operations.at(node.word), turned ? std::vector{right, left} : std::vector{left, right});
  }

  static Array apply(kernels::Operation operation, const std::vector<Array>& arguments) {
    Array result;
    for (const Array& each : arguments) result.shape = broadcast(result.shape, each.shape).value();
    for (std::uint64_t r = 0; r < result.shape.rows(); ++r) {
      for (std::uint64_t c = 0; c < result.shape.columns(); ++c) {
        double values[3] = {}, value = 0;
        for (std::size_t i = 0; i < arguments.size(); ++i) values[i] = arguments[i].at(r, c);
        kernels::reference::apply(operation, {&values[0], &values[1], &values[2]}, 1, &value);
        result.values.push_back(value);
      }
    }
    return result;
  }

  Array draw(std::size_t index, const Shape& context) {
    const random::Stream stream(seed_, random::StreamName::expressions, drawn_[index]);
    Array result{context, {}};
    for (std::uint64_t i = 0; i < context.rows() * context.columns(); ++i) {
      const std::uint64_t word = stream.word64(i);
      result.values.push_back(syntax_.nodes[index].word == "random" ? random::unit_interval(word)
                                                                    : random::normal_deviate(word));
    }
    return result;
  }

  Array reduction(const SyntaxNode& node, Statistic statistic) {
    Reduction reduction{.statistic = statistic};
    bool keepdims = false;
    for (std::size_t i = 1; i < node.arguments.size(); ++i) {
      const double value = array(node.arguments[i].node, Shape::number()).values[0];
      const std::string& keyword = node.arguments[i].keyword;
      if (keyword == "keepdims") {
        keepdims = value != 0;
      } else if (keyword == "ddof") {
        reduction.ddof = static_cast<std::uint64_t>(value);
      } else {
        reduction.axis = static_cast<int>(value);
      }
    }
    // What a part of the argument is drawn for is the argument, whose shape is not known before.
    const Array guess = argument(node, 0, Shape::number());
    const Array array = argument(node, 0, guess.shape);
    if (array.shape.dimensions == 1) reduction.axis = -1;
    Array result{Shape::number(), reduce(array, reduction)};
    if (reduction.axis == 0) result.shape = Shape::vector(array.shape.columns());
    if (reduction.axis == 1) result.shape = Shape::vector(array.shape.rows());
    if (keepdims && reduction.axis == 0) result.shape = Shape::matrix(1, array.shape.columns());
    if (keepdims && reduction.axis == 1) result.shape = Shape::matrix(array.shape.rows(), 1);
    if (keepdims && reduction.axis < 0 && array.shape.dimensions == 2) result.shape = Shape::matrix(1, 1);
    if (keepdims && reduction.axis < 0 && array.shape.dimensions == 1) result.shape = Shape::vector(1);
    return result;
  }

  const Syntax& syntax_;
  std::map<std::string, Array> arrays_;
  std::uint64_t seed_;
  std::vector<std::uint64_t> drawn_;  // which random() a part is
};

}  // namespace rankwise::expressions::naive
