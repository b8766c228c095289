#include "rankwise/expressions/formula.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "rankwise/base/nearest_word.hpp"
#include "rankwise/expressions/expression_error.hpp"
#include "rankwise/expressions/functions.hpp"
#include "rankwise/expressions/node_store.hpp"

namespace rankwise::expressions {
namespace {

using kernels::Operation;
using Node = Formula::Node;
using Kind = Formula::Kind;

constexpr std::size_t longest_word = 40;  ///< in messages

std::string shortened(const std::string& word) {
  return word.size() > longest_word ? word.substr(0, longest_word) + "..." : word;
}

/// What a mistyped word may have meant. Any letter would be near another, and long texts are no typing errors.
std::string meant(const std::string& word, std::vector<std::string> names) {
  if (word.size() < 2 || word.size() > longest_word) return "";
  std::erase_if(names, [](const std::string& name) { return name.size() > 2 * longest_word; });
  return did_you_mean(word, names);
}

/// Finds out what each part of the syntax means, in its order.
class Meaning {
 public:
  Meaning(const Syntax& syntax, const Vocabulary& vocabulary)
      : syntax_(syntax), vocabulary_(vocabulary), nodes_(vocabulary.drawn) {
    for (std::size_t i = 0; i < vocabulary.operands.size(); ++i) operand_named_.emplace(vocabulary.operands[i].name, i);
    meanings_.reserve(syntax.nodes.size());
    for (const SyntaxNode& node : syntax.nodes) meanings_.push_back(meaning(node));
  }
  [[nodiscard]] std::size_t whole() const { return meanings_.back(); }
  [[nodiscard]] std::uint64_t drawn() const { return nodes_.drawn(); }
  std::vector<Node> take_nodes() { return nodes_.take(); }

 private:
  std::size_t meaning(const SyntaxNode& node) {
    switch (node.kind) {
      case SyntaxNode::Kind::number:
        return nodes_.number(node.number, node.integer ? Elements::integers : Elements::reals);
      case SyntaxNode::Kind::name:
        return name(node);
      case SyntaxNode::Kind::unary:
        return unary(node);
      case SyntaxNode::Kind::binary:
        return binary(node);
      case SyntaxNode::Kind::transposed:
        if (!vocabulary_.transposes) fail(node, fmt::format(".T is for matrices; a {} has none", vocabulary_.noun));
        return nodes_.transposed(argument_of(node, 0));
      case SyntaxNode::Kind::call:
        break;
    }
    return call(node);
  }

  std::size_t name(const SyntaxNode& node) {
    if (const auto found = operand_named_.find(node.word); found != operand_named_.end()) {
      return nodes_.operand(found->second, vocabulary_.operands[found->second]);
    }
    if (node.word == "True" || node.word == "False") return nodes_.number(node.word == "True", Elements::truths);
    if (const auto constant = find_constant(node.word)) return nodes_.number(*constant, Elements::reals);
    if (const auto names = function_names(); std::find(names.begin(), names.end(), node.word) != names.end()) {
      fail(node, fmt::format("'{}' is a function: {}(...)", node.word, node.word));
    }
    if (node.word == "np" || node.word == "numpy" || node.word == "math") {
      fail(node, fmt::format("functions are called without '{}.'", node.word));
    }
    const auto& others = vocabulary_.without_numbers;
    if (std::find(others.begin(), others.end(), node.word) != others.end()) {
      fail(node, fmt::format("{} '{}' has no numbers", vocabulary_.noun, shortened(node.word)));
    }
    std::vector<std::string> names;
    for (const Operand& operand : vocabulary_.operands) names.push_back(operand.name);
    fail(node, fmt::format("no {} named '{}'{}", vocabulary_.noun, shortened(node.word), meant(node.word, names)));
  }

  std::size_t unary(const SyntaxNode& node) {
    const std::size_t argument = argument_of(node, 0);
    if (node.word == "+") return argument;
    if (node.word == "-") return nodes_.negative(argument);
    need_truths(node, argument);
    return nodes_.operation(Operation::logical_not, {argument}, Elements::truths);
  }

  std::size_t binary(const SyntaxNode& node) {
    const std::size_t left = argument_of(node, 0), right = argument_of(node, 1);
    need_fitting_shapes(node, {left, right});
    if (node.word == "*") return nodes_.product(left, right);
    if (node.word == "**") return nodes_.power(left, right);
    if (node.word == "+") return nodes_.operation(Operation::add, {left, right}, Elements::integers);
    if (node.word == "-") return nodes_.operation(Operation::subtract, {left, right}, Elements::integers);
    if (node.word == "/") return nodes_.operation(Operation::divide, {left, right}, Elements::reals);
    if (node.word == "&" || node.word == "|") {
      need_truths(node, left);
      need_truths(node, right);
    }
    static const std::map<std::string_view, Operation> truths{
        {"<", Operation::less},        {">", Operation::less},      {"<=", Operation::less_equal},
        {">=", Operation::less_equal}, {"==", Operation::equal},    {"!=", Operation::not_equal},
        {"&", Operation::logical_and}, {"|", Operation::logical_or}};
    const bool turned = node.word[0] == '>';
    return nodes_.operation(truths.at(node.word), {turned ? right : left, turned ? left : right}, Elements::truths);
  }

  std::size_t call(const SyntaxNode& node) {
    if (node.word == "random" || node.word == "normal") {
      (void)need_arguments(node, 0);
      return nodes_.drawn(node.word == "random" ? Kind::uniform : Kind::normal);
    }
    if (node.word == "clip") {
      const auto arguments = need_arguments(node, 3);
      const std::size_t from = nodes_.operation(Operation::maximum, {arguments[0], arguments[1]}, Elements::truths);
      return nodes_.operation(Operation::minimum, {from, arguments[2]}, Elements::truths);
    }
    if (const auto statistic = find_statistic(node.word)) return reduction(node, *statistic);
    if (const auto function = find_function(node.word)) {
      const auto count = static_cast<std::size_t>(kernels::operands_of(function->operation));
      return nodes_.operation(function->operation, need_arguments(node, count), function->least);
    }
    fail(node, fmt::format("no function named '{}'{}", shortened(node.word), meant(node.word, function_names())));
  }

  std::size_t reduction(const SyntaxNode& node, Statistic statistic) {
    if (!vocabulary_.reductions) fail(node, fmt::format("{}() is not to be had here", node.word));
    if (node.arguments.empty() || !node.arguments[0].keyword.empty()) {
      fail(node, fmt::format("{}(x) needs something to take", node.word));
    }
    const std::size_t argument = argument_of(node, 0);
    const Shape shape = nodes_[argument].shape;
    const bool divides = statistic == Statistic::var || statistic == Statistic::std;
    Reduction reduction{.statistic = statistic};
    bool keepdims = false;
    std::set<std::string> seen;
    for (std::size_t i = 1; i < node.arguments.size(); ++i) {
      const auto& [value, keyword] = node.arguments[i];
      const std::string word = keyword.empty() && i == 1 ? "axis" : keyword;
      if (word.empty()) fail(node, fmt::format("{}(x, axis) takes 1 or 2 arguments, not {}", node.word, i + 1));
      if (!seen.insert(word).second) fail(syntax_.nodes[value], fmt::format("{}= is there twice", word));
      if (word == "axis") {
        reduction.axis = axis_of(node, i, shape);
      } else if (word == "keepdims") {
        keepdims = constant(node, i, 1) == 1;
      } else if (word == "ddof" && divides) {
        reduction.ddof = constant(node, i, 1e9);
      } else {
        const char* known = divides ? "axis, keepdims, ddof" : "axis, keepdims";
        fail(syntax_.nodes[value], fmt::format("{}() has no '{}': {}", node.word, shortened(word), known));
      }
    }
    const std::uint64_t taken =
        reduction.axis < 0 ? shape.elements() : shape.extents[static_cast<std::size_t>(reduction.axis)];
    if (taken == 0 && (statistic == Statistic::min || statistic == Statistic::max)) {
      fail(node, fmt::format("there is no {} of no elements", node.word));
    }
    return nodes_.reduction(argument, reduction, keepdims);
  }

  /// -1 where all elements are taken together.
  int axis_of(const SyntaxNode& node, std::size_t argument, const Shape& shape) {
    const Node& value = nodes_[argument_of(node, argument)];
    const auto dimensions = static_cast<double>(shape.dimensions);
    if (value.kind != Kind::number || value.elements == Elements::reals || value.number < -dimensions ||
        value.number >= dimensions) {
      fail(syntax_.nodes[node.arguments[argument].node],
           fmt::format("the axis of {}() is {}", node.word,
                       shape.dimensions == 2   ? "0 or 1"
                       : shape.dimensions == 1 ? "0 for a vector"
                                               : "left away for one number"));
    }
    if (shape.dimensions == 1) return -1;
    return static_cast<int>(value.number < 0 ? value.number + dimensions : value.number);
  }

  /// A whole number from 0 to `most`.
  std::uint64_t constant(const SyntaxNode& node, std::size_t argument, double most) {
    const Node& value = nodes_[argument_of(node, argument)];
    if (value.kind != Kind::number || value.elements == Elements::reals || value.number < 0 || value.number > most) {
      fail(syntax_.nodes[node.arguments[argument].node],
           fmt::format("{}= takes {}", node.arguments[argument].keyword,
                       most == 1 ? "True or False" : "a whole number from 0 on"));
    }
    return static_cast<std::uint64_t>(value.number);
  }

  [[nodiscard]] std::size_t argument_of(const SyntaxNode& node, std::size_t i) const {
    return meanings_[node.arguments[i].node];
  }
  /// The arguments, whose shapes fit.
  [[nodiscard]] std::vector<std::size_t> need_arguments(const SyntaxNode& node, std::size_t count) const {
    std::vector<std::size_t> arguments;
    for (const auto& [argument, keyword] : node.arguments) {
      if (!keyword.empty()) {
        fail(syntax_.nodes[argument], fmt::format("{}() has no '{}'", node.word, shortened(keyword)));
      }
      arguments.push_back(meanings_[argument]);
    }
    if (arguments.size() != count) {
      const char* plural = count == 1 ? "" : "s";
      fail(node, fmt::format("{}() takes {} argument{}, not {}", node.word, count, plural, arguments.size()));
    }
    need_fitting_shapes(node, arguments);
    return arguments;
  }
  void need_fitting_shapes(const SyntaxNode& node, const std::vector<std::size_t>& arguments) const {
    Shape common;
    for (const std::size_t argument : arguments) {
      const Shape& shape = nodes_[argument].shape;
      const auto both = broadcast(common, shape);
      if (!both) fail(node, fmt::format("the shapes {} and {} do not fit", common.text(), shape.text()));
      common = *both;
    }
  }
  void need_truths(const SyntaxNode& node, std::size_t argument) const {
    if (nodes_[argument].elements != Elements::truths) {
      fail(node, fmt::format("{} takes truth values, such as (x > 0)", node.word));
    }
  }
  [[noreturn]] void fail(const SyntaxNode& node, const std::string& what) const {
    throw ExpressionError(syntax_.text, node.byte, what);
  }

  const Syntax& syntax_;
  const Vocabulary& vocabulary_;
  NodeStore nodes_;
  std::map<std::string_view, std::size_t> operand_named_;
  std::vector<std::size_t> meanings_;  // of each part of the syntax
};

}  // namespace

Formula::Formula(const Syntax& syntax, const Vocabulary& vocabulary) {
  Meaning meaning(syntax, vocabulary);
  whole_ = meaning.whole();
  drawn_ = meaning.drawn();
  nodes_ = meaning.take_nodes();
}

}  // namespace rankwise::expressions
