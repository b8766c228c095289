#include "rankwise/tables/derived_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/storage/convert_elements.hpp"

namespace rankwise::tables {

using expressions::Evaluator;
using expressions::Leaf;
using expressions::LeafView;

DerivedRows::DerivedRows(const Derivation& derivation, const ColumnReader& reader, std::uint64_t seed)
    : derivation_(derivation), reader_(reader), values_(derivation.computed().size()) {
  for (const auto& computed : derivation.computed()) {
    evaluators_.push_back(std::make_unique<Evaluator>(computed.program, seed));
  }
  if (derivation.where()) where_ = std::make_unique<Evaluator>(derivation.where()->program, seed);
}

void DerivedRows::run(const Derivation::Computed& computed, Evaluator& evaluator, std::vector<double>& to) {
  std::vector<LeafView> views;
  for (const Leaf& leaf : computed.program.leaves) {
    views.emplace_back();
    if (leaf.kind != Leaf::Kind::operand) continue;
    const std::size_t value = computed.operands[leaf.index];
    if (derivation_.is_computed(value)) {
      views.back() = {values_[value - derivation_.source_columns()].data(), 0, 1};
    } else {
      views.back() = reader_.numbers(value, scratch_);
    }
  }
  to.resize(rows_.size());
  evaluator.run({.first_row = 0, .first_column = rows_.begin, .rows = 1, .columns = rows_.size()}, views, to.data(),
                rows_.size());
}

void DerivedRows::select() {
  selection_.reset();
  if (!where_) return;
  run(*derivation_.where(), *where_, truths_);
  selection_.emplace();
  for (std::uint32_t i = 0; i < truths_.size(); ++i) {
    if (truths_[i] != 0) selection_->push_back(i);
  }
}

std::uint64_t DerivedRows::count(blocks::Range rows) {
  rows_ = rows;
  reader_.read(rows, scratch_);
  select();
  return size();
}

void DerivedRows::compute(blocks::Range rows) {
  (void)count(rows);
  if (size() == 0) return;
  for (std::size_t i = 0; i < values_.size(); ++i) run(derivation_.computed()[i], *evaluators_[i], values_[i]);
}

void DerivedRows::copy(const Derivation::Column& column, std::span<std::byte> to) const {
  if (size() == 0) return;
  if (!derivation_.is_computed(column.value)) return reader_.copy(column.value, scratch_, selection_, to);
  const std::vector<double>& values = values_[column.value - derivation_.source_columns()];
  const std::size_t element = storage::size_of(column.type);
  std::size_t done = 0;
  const auto convert = [&](const double* from, std::size_t size) {
    const auto into = to.subspan(done * element, size * element);
    const auto* bytes = reinterpret_cast<const std::byte*>(from);
    const std::size_t held = storage::convert_elements(storage::ElementType::float64, bytes, column.type, into);
    if (held != size) {
      throw InputError(fmt::format("column '{}' would have to hold {}, which {} does not", column.name, from[held],
                                   storage::name_of(column.type)));
    }
    done += size;
  };
  if (!selection_) return convert(values.data(), values.size());
  std::array<double, 256> some;
  for (std::size_t begin = 0; begin < selection_->size(); begin += some.size()) {
    const std::size_t end = std::min(selection_->size(), begin + some.size());
    for (std::size_t i = begin; i < end; ++i) some[i - begin] = values[(*selection_)[i]];
    convert(some.data(), end - begin);
  }
}

Bytes DerivedRows::bytes_needed(const Derivation& derivation, const ColumnReader& reader, std::uint64_t rows) {
  std::uint64_t bytes = reader.bytes_needed(rows).value;
  const auto add = [&](std::uint64_t more) { bytes = checked_sum(bytes, more, "a block of rows"); };
  for (const auto& computed : derivation.computed()) {
    add(Evaluator::bytes_needed(computed.program));
    add(checked_product(rows, sizeof(double), "a block of rows"));
  }
  if (derivation.where()) {
    add(Evaluator::bytes_needed(derivation.where()->program));
    add(checked_product(rows, sizeof(double) + sizeof(std::uint32_t), "a block of rows"));
  }
  return {bytes};
}

}  // namespace rankwise::tables
