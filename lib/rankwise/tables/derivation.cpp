#include "rankwise/tables/derivation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "rankwise/expressions/expression_error.hpp"
#include "rankwise/expressions/formula.hpp"
#include "rankwise/expressions/syntax.hpp"
#include "rankwise/storage/matrix_names.hpp"

namespace rankwise::tables {
namespace {

using expressions::Elements;
using expressions::Formula;
using expressions::Shape;
using storage::ElementType;

ElementType stored_type(Elements elements) {
  if (elements == Elements::truths) return ElementType::uint8;
  return elements == Elements::integers ? ElementType::int64 : ElementType::float64;
}

Elements elements_of(ElementType type) {
  return storage::is_floating(type) ? Elements::reals : Elements::integers;
}

/// What can be named at some point, and what it stands for.
class Names {
 public:
  explicit Names(std::vector<std::string> without_numbers) { vocabulary_.without_numbers = std::move(without_numbers); }
  void set(const std::string& name, std::size_t value, Elements elements) {
    // A program is the same for every row: how many there are is not looked at.
    constexpr std::uint64_t any = std::uint64_t{1} << 62;
    const auto [place, is_new] = places_.try_emplace(name, values_.size());
    if (is_new) {
      vocabulary_.operands.emplace_back();
      values_.emplace_back();
    }
    vocabulary_.operands[place->second] = {.name = name, .shape = Shape::vector(any), .elements = elements};
    values_[place->second] = value;
  }
  /// What is drawn from now on is another than what `others` draw.
  void draw_after(const Names& others) { vocabulary_.drawn = others.vocabulary_.drawn; }
  /// The program of an expression.
  Derivation::Computed compile(const expressions::Syntax& syntax) {
    const Formula formula(syntax, vocabulary_);
    vocabulary_.drawn = formula.drawn();
    return {.program = expressions::compile(formula).result, .operands = values_};
  }

 private:
  expressions::Vocabulary vocabulary_{.noun = "column", .transposes = false, .reductions = false};
  std::vector<std::size_t> values_;
  std::map<std::string, std::size_t> places_;  // of names in both
};

}  // namespace

Derivation::Derivation(const std::vector<std::string>& names, const std::vector<ElementType>& types,
                       const Options& options)
    : only_new_(options.only_new), source_columns_(names.size()) {
  Names seen(options.without_numbers);
  for (std::size_t c = 0; c < names.size(); ++c) {
    const ElementType type = types.size() == 1 ? types[0] : types[c];
    columns_.push_back({.name = names[c], .value = c, .type = type});
    seen.set(names[c], c, elements_of(type));
  }
  Names of_source = seen;
  std::set<std::string> made;
  for (const std::string& text : options.assignments) {
    const expressions::Assignment assignment = expressions::parse_assignment(text);
    Computed computed = seen.compile(assignment.value);
    const std::size_t value = source_columns_ + computed_.size();
    const Elements elements = computed.program.elements;
    seen.set(assignment.name, value, elements);
    computed_.push_back(std::move(computed));
    made.insert(assignment.name);
    const auto at = std::find_if(columns_.begin(), columns_.end(),
                                 [&](const Column& column) { return column.name == assignment.name; });
    const Column column{.name = assignment.name, .value = value, .type = stored_type(elements)};
    if (at != columns_.end()) {
      *at = column;
    } else {
      columns_.push_back(column);
    }
  }
  if (options.only_new) std::erase_if(columns_, [&](const Column& column) { return !made.contains(column.name); });
  if (columns_.empty()) throw UsageError("the result has no columns");
  if (!options.where) return;
  const expressions::Syntax condition = expressions::parse(*options.where);
  of_source.draw_after(seen);
  where_ = of_source.compile(condition);
  if (where_->program.elements != Elements::truths) {
    throw expressions::ExpressionError(*options.where, 0, "--where takes truth values, such as col1 > 0");
  }
}

void Derivation::add_needed(const Computed& computed, std::set<std::size_t>& needed) const {
  for (const expressions::Leaf& leaf : computed.program.leaves) {
    if (leaf.kind != expressions::Leaf::Kind::operand) continue;
    const std::size_t value = computed.operands[leaf.index];
    if (!is_computed(value)) needed.insert(value);
  }
}

std::vector<std::size_t> Derivation::needed() const {
  std::set<std::size_t> needed;
  for (const Computed& each : computed_) add_needed(each, needed);
  if (where_) add_needed(*where_, needed);
  return {needed.begin(), needed.end()};
}

std::vector<std::size_t> Derivation::needed_by_where() const {
  std::set<std::size_t> needed;
  if (where_) add_needed(*where_, needed);
  return {needed.begin(), needed.end()};
}

std::vector<std::string> column_names(const storage::MatrixInfo& info) {
  if (!info.names.empty()) return storage::distinct(info.names);
  if (info.is_vector && !info.dataset.empty()) return {info.dataset.substr(info.dataset.rfind('/') + 1)};
  std::vector<std::string> names;
  for (std::uint64_t c = 0; c < info.columns; ++c) names.push_back(fmt::format("col{}", c));
  return names;
}

}  // namespace rankwise::tables
