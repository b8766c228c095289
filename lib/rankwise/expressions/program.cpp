#include "rankwise/expressions/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "rankwise/base/errors.hpp"

namespace rankwise::expressions {
namespace {

using Kind = Formula::Kind;

/// A node as it is seen: through an even or an odd number of transpositions.
struct View {
  std::size_t node = 0;
  bool swapped = false;
  friend auto operator<=>(const View&, const View&) = default;
};

/// Makes the program of one node: everything down to operands, numbers and reductions.
class ProgramMaker {
 public:
  /// @param pass_of gives the number of the pass that a reduction comes from
  template <class PassOf>
  ProgramMaker(const Formula& formula, View root, PassOf pass_of) : formula_(formula) {
    const Shape& shape = formula.node(root.node).shape;
    program_.shape = root.swapped ? shape.transposed() : shape;
    program_.elements = formula.node(root.node).elements;
    collect(root, pass_of);
    number_registers();
  }
  Program take() { return std::move(program_); }

 private:
  struct Value {
    enum class Kind : std::uint8_t { leaf, constant, step } kind = Kind::leaf;
    std::size_t index = 0;
  };

  /// Views in an order in which each stands behind what it needs; nodes are numbered like that already.
  template <class PassOf>
  void collect(const View& root, PassOf pass_of) {
    std::set<View> needed{root};
    // From the back: what a view needs has a lower number.
    for (auto view = needed.rbegin(); view != needed.rend(); ++view) {
      const auto [index, swapped] = *view;
      const Formula::Node& node = formula_.node(index);
      if (node.kind == Kind::transposed) needed.insert({node.arguments[0], !swapped});
      if (node.kind != Kind::operation) continue;
      for (int i = 0; i < kernels::operands_of(node.operation); ++i) {
        needed.insert({node.arguments[static_cast<std::size_t>(i)], swapped});
      }
    }
    find_exact(needed);
    for (const View& view : needed) values_.emplace(view, value_of(view, pass_of));
    last_ = values_.at(root);
  }

  /// Integers have to be exact where nothing but integers and truth values come of them: in such a result, and on both
  /// sides of a comparison.
  void find_exact(const std::set<View>& needed) {
    const auto is_real = [&](std::size_t node) { return formula_.node(node).elements == Elements::reals; };
    if (program_.elements != Elements::reals) exact_.insert(needed.rbegin()->node);
    // From the back: a node stands behind those that it is made of.
    for (auto view = needed.rbegin(); view != needed.rend(); ++view) {
      const Formula::Node& node = formula_.node(view->node);
      const int count = node.kind == Kind::transposed  ? 1
                        : node.kind == Kind::operation ? kernels::operands_of(node.operation)
                                                       : 0;
      const std::span arguments(node.arguments.data(), static_cast<std::size_t>(count));
      const bool compares =
          node.elements == Elements::truths && std::none_of(arguments.begin(), arguments.end(), is_real);
      if (!compares && !has_to_be_exact(view->node)) continue;
      std::copy_if(arguments.begin(), arguments.end(), std::inserter(exact_, exact_.end()), std::not_fn(is_real));
    }
  }
  [[nodiscard]] bool has_to_be_exact(std::size_t node) const {
    return formula_.node(node).elements == Elements::integers && exact_.contains(node);
  }

  template <class PassOf>
  Value value_of(const View& view, PassOf pass_of) {
    const Formula::Node& node = formula_.node(view.node);
    switch (node.kind) {
      case Kind::number:
        if (has_to_be_exact(view.node) && !(std::abs(node.number) < most_exact)) {
          throw UsageError(
              fmt::format("the integer {0:.0f}, or one beside it, is 2^53 or more, where float64, in which everything "
                          "is computed, is "
                          "not exact; {0:.0f}.0 is taken as a real number",
                          node.number));
        }
        return constant(node.number);
      case Kind::operand:
        return leaf(seen({.kind = Leaf::Kind::operand, .index = node.index, .exact = has_to_be_exact(view.node)},
                         node.shape, view.swapped));
      case Kind::uniform:
      case Kind::normal: {
        const auto kind = node.kind == Kind::uniform ? Leaf::Kind::uniform : Leaf::Kind::normal;
        return leaf({.kind = kind, .index = node.index, .swapped = view.swapped});
      }
      case Kind::reduction:
        return leaf(seen({.kind = Leaf::Kind::reduced,
                          .index = pass_of(view.node),
                          .reduction = node.reduction,
                          .exact = has_to_be_exact(view.node)},
                         node.shape, view.swapped));
      case Kind::transposed:
        return values_.at({node.arguments[0], !view.swapped});
      case Kind::operation:
        break;
    }
    Step step{.operation = node.operation, .exact = has_to_be_exact(view.node)};
    std::array<Value, 3> operands{};
    for (int i = 0; i < kernels::operands_of(node.operation); ++i) {
      const auto at = static_cast<std::size_t>(i);
      operands[at] = values_.at({node.arguments[at], view.swapped});
    }
    program_.steps.push_back(step);
    operands_.push_back(operands);
    return {Value::Kind::step, program_.steps.size() - 1};
  }

  static Leaf seen(Leaf leaf, const Shape& shape, bool swapped) {
    leaf.one_row = shape.rows() == 1;
    leaf.one_column = shape.columns() == 1;
    leaf.swapped = swapped && !(leaf.one_row && leaf.one_column);
    return leaf;
  }
  Value leaf(const Leaf& leaf) {
    const auto found = std::find(program_.leaves.begin(), program_.leaves.end(), leaf);
    const auto index = static_cast<std::size_t>(found - program_.leaves.begin());
    if (found == program_.leaves.end()) program_.leaves.push_back(leaf);
    return {Value::Kind::leaf, index};
  }
  Value constant(double number) {
    const auto [place, is_new] = constants_.try_emplace(std::bit_cast<std::uint64_t>(number), constants_.size());
    if (is_new) program_.constants.push_back(number);
    return {Value::Kind::constant, place->second};
  }

  /// Gives each step a register, and takes back those that no later step reads.
  void number_registers() {
    const auto leaves = static_cast<std::uint32_t>(program_.leaves.size());
    const auto fixed = leaves + static_cast<std::uint32_t>(program_.constants.size());
    std::vector<std::size_t> last_read(program_.steps.size());
    for (std::size_t s = 0; s < program_.steps.size(); ++s) {
      for (const Value& operand : operands_[s]) {
        if (operand.kind == Value::Kind::step) last_read[operand.index] = s;
      }
    }
    std::vector<std::uint32_t> free;
    program_.registers = fixed;
    const auto register_of = [&](const Value& value) {
      if (value.kind == Value::Kind::leaf) return static_cast<std::uint32_t>(value.index);
      if (value.kind == Value::Kind::constant) return leaves + static_cast<std::uint32_t>(value.index);
      return program_.steps[value.index].result;
    };
    for (std::size_t s = 0; s < program_.steps.size(); ++s) {
      Step& step = program_.steps[s];
      for (int i = 0; i < kernels::operands_of(step.operation); ++i) {
        const auto at = static_cast<std::size_t>(i);
        const Value& operand = operands_[s][at];
        step.operands[at] = register_of(operand);
        if (operand.kind != Value::Kind::step || last_read[operand.index] != s) continue;
        free.push_back(step.operands[at]);
        last_read[operand.index] = program_.steps.size() + 1;  // once, where it is read twice
      }
      if (free.empty()) free.push_back(program_.registers++);
      step.result = free.back();
      free.pop_back();
    }
    program_.result = register_of(last_);
  }

  const Formula& formula_;
  Program program_;
  std::set<std::size_t> exact_;  // nodes
  std::map<View, Value> values_;
  std::map<std::uint64_t, std::size_t> constants_;  // by their bits
  std::vector<std::array<Value, 3>> operands_;      // of each step
  Value last_;
};

}  // namespace

Plan compile(const Formula& formula, bool result_swapped) {
  Plan plan;
  std::map<std::pair<std::size_t, int>, std::uint64_t> passes;  // of an argument along an axis
  const auto pass_of = [&](std::size_t reduction) {
    const Formula::Node& node = formula.node(reduction);
    return passes.at({node.arguments[0], node.reduction.axis});
  };
  // A reduction's own argument has lower numbers: what it needs is there before it.
  for (std::size_t i = 0; i < formula.nodes().size(); ++i) {
    const Formula::Node& node = formula.node(i);
    if (node.kind != Kind::reduction) continue;
    const auto [place, is_new] = passes.try_emplace({node.arguments[0], node.reduction.axis}, plan.passes.size());
    if (!is_new) continue;
    plan.passes.push_back({ProgramMaker(formula, {node.arguments[0], false}, pass_of).take(), node.reduction.axis});
  }
  plan.result = ProgramMaker(formula, {formula.whole(), result_swapped}, pass_of).take();
  return plan;
}

}  // namespace rankwise::expressions
