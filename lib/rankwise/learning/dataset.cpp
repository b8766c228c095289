#include "rankwise/learning/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "rankwise/base/nearest_word.hpp"
#include "rankwise/learning/table_reading.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::learning {
namespace {

void check_extents(const storage::MatrixInfo& info, std::uint64_t features) {
  if (info.rows > 0 && features > 0) return;
  throw InputError(fmt::format("{} has {} samples with {} features", info.source, info.rows, features));
}

void check_classes(const std::vector<Target>& targets) {
  for (const Target& target : targets) {
    if (target.class_count() > 1) continue;
    throw InputError(fmt::format("the target '{}' has one class alone, {}", target.name, target.label(0)));
  }
}

}  // namespace

std::vector<std::uint64_t> columns_named(const storage::MatrixInfo& info, const std::string& text) {
  std::vector<std::string> names;
  for (std::uint64_t c = 0; c < info.columns; ++c) names.push_back(info.name_of(c));
  const auto column_of = [&](const std::string& name) {
    return static_cast<std::uint64_t>(std::find(names.begin(), names.end(), name) - names.begin());
  };
  if (column_of(text) < names.size()) return {column_of(text)};
  std::vector<std::uint64_t> columns;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string name = text.substr(begin, end - begin);
    const std::uint64_t column = column_of(name);
    if (column == names.size()) {
      constexpr std::size_t few = 8;
      throw InputError(fmt::format("{} has no column '{}'{}{}", info.source, name, did_you_mean(name, names),
                                   names.size() <= few ? fmt::format("; it has {}", fmt::join(names, ", ")) : ""));
    }
    if (std::find(columns.begin(), columns.end(), column) != columns.end()) {
      throw InputError(fmt::format("the target '{}' is named twice", name));
    }
    columns.push_back(column);
    begin = end + 1;
  }
  return columns;
}

Dataset::Dataset(const engine::Context& context, const engine::SharedMatrix& table, const std::string& targets)
    : samples_(table.info().rows), identity_(table.info().fingerprint()) {
  std::vector<std::uint64_t> columns;
  ranks::agree(context.ranks(), [&] {
    columns = columns_named(table.info(), targets);
    features_ = table.info().columns - columns.size();
    check_extents(table.info(), features_);
  });
  for (std::uint64_t c = 0; c < table.info().columns; ++c) {
    const bool is_target = std::find(columns.begin(), columns.end(), c) != columns.end();
    if (!is_target) feature_names_.push_back(table.info().name_of(c));
  }
  identity_ += fmt::format(" target {}", fmt::join(columns, ","));
  TableParts parts = read_table(context, table, columns);
  memory_ = std::move(parts.features);
  targets_ = std::move(parts.targets);
  ranks::agree(context.ranks(), [&] { check_classes(targets_); });
}

Dataset::Dataset(const engine::Context& context, const engine::SharedMatrix& features,
                 const engine::SharedMatrix& labels)
    : samples_(features.info().rows), features_(features.info().columns) {
  const storage::MatrixInfo& info = labels.info();
  ranks::agree(context.ranks(), [&] {
    if (info.rows != features.info().rows) {
      throw InputError(fmt::format("{} has {} labels, {} has {} samples", info.source, info.rows,
                                   features.info().source, features.info().rows));
    }
    if (info.columns == 0) throw InputError(fmt::format("{} has no labels", info.source));
    check_extents(features.info(), features_);
  });
  identity_ = features.info().fingerprint() + " " + info.fingerprint();
  for (std::uint64_t c = 0; c < features_; ++c) feature_names_.push_back(features.info().name_of(c));
  memory_ = read_table(context, features, {}).features;
  std::vector<std::uint64_t> all(info.columns);
  std::iota(all.begin(), all.end(), std::uint64_t{0});
  targets_ = read_table(context, labels, all).targets;
  if (targets_.size() == 1) targets_[0].name = info.source;
  ranks::agree(context.ranks(), [&] { check_classes(targets_); });
}

}  // namespace rankwise::learning
