#include "rankwise/learning/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rankwise/base/digest.hpp"
#include "rankwise/learning/table_reading.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/ranks/collectives.hpp"

namespace rankwise::learning {
namespace {

void check_extents(const storage::MatrixInfo& info, std::uint64_t features) {
  if (info.rows > 0 && features > 0) return;
  throw InputError(fmt::format("{} has {} samples with {} features", info.source, info.rows, features));
}

/// As in a CSV, where it cannot be read as numbers.
void check_text(const storage::MatrixInfo& info, const std::vector<TargetColumn>& targets) {
  for (const auto& other : storage::columns_without_numbers(info)) {
    const auto is_it = [&](const TargetColumn& target) { return target.name == other.name; };
    if (std::any_of(targets.begin(), targets.end(), is_it)) continue;
    throw InputError(fmt::format(
        "{}: column '{}' holds no numbers, and is no target; rankwise transform --copy leaves such columns out",
        info.source, other.name));
  }
}

/// Text beside a table is no part of the table's own identity.
std::string digest_of(const std::vector<Target>& targets) {
  ByteWriter out;
  for (const Target& target : targets) target.encode(out);
  Digest digest;
  digest.add_bytes(out.take());
  return digest.hex();
}

/// As many as samples, which have features.
void check_labels(const std::string& source, std::uint64_t count, const storage::MatrixInfo& samples) {
  if (count != samples.rows) {
    throw InputError(fmt::format("{} has {} labels, {} has {} samples", source, count, samples.source, samples.rows));
  }
  check_extents(samples, samples.columns);
}

void check_classes(const std::vector<Target>& targets) {
  for (const Target& target : targets) {
    if (target.class_count() > 1) continue;
    throw InputError(fmt::format("the target '{}' has one class alone, {}", target.name, target.label(0)));
  }
}

}  // namespace

Dataset::Dataset(const engine::Context& context, const engine::SharedMatrix& table, const std::string& targets)
    : samples_(table.info().rows), identity_(table.info().fingerprint()) {
  std::vector<TargetColumn> columns;
  ranks::agree(context.ranks(), [&] {
    columns = targets_named(table.info(), targets);
    const auto taken = columns_of(columns);
    for (std::uint64_t c = 0; c < table.info().columns; ++c) {
      if (std::find(taken.begin(), taken.end(), c) == taken.end()) feature_names_.push_back(table.info().name_of(c));
    }
    features_ = feature_names_.size();
    check_text(table.info(), columns);
    check_extents(table.info(), features_);
  });
  TableParts parts = read_table(context, table, columns);
  memory_ = std::move(parts.features);
  targets_ = std::move(parts.targets);
  identity_ += fmt::format(" target {}", digest_of(targets_));
  ranks::agree(context.ranks(), [&] { check_classes(targets_); });
}

void Dataset::read_features(const engine::Context& context, const engine::SharedMatrix& matrix) {
  for (std::uint64_t c = 0; c < features_; ++c) feature_names_.push_back(matrix.info().name_of(c));
  memory_ = read_table(context, matrix, {}).features;
}

Dataset::Dataset(const engine::Context& context, const engine::SharedMatrix& features,
                 const engine::SharedMatrix& labels)
    : samples_(features.info().rows), features_(features.info().columns) {
  const storage::MatrixInfo& info = labels.info();
  ranks::agree(context.ranks(), [&] {
    check_labels(info.source, info.rows, features.info());
    if (info.columns == 0) throw InputError(fmt::format("{} has no labels", info.source));
  });
  identity_ = features.info().fingerprint() + " " + info.fingerprint();
  read_features(context, features);
  std::vector<TargetColumn> all;
  for (std::uint64_t c = 0; c < info.columns; ++c) all.push_back({.name = info.name_of(c), .column = c});
  targets_ = read_table(context, labels, all).targets;
  if (targets_.size() == 1) targets_[0].name = info.source;
  ranks::agree(context.ranks(), [&] { check_classes(targets_); });
}

Dataset::Dataset(const engine::Context& context, const engine::SharedMatrix& features, const std::string& target,
                 const std::vector<std::string>& labels)
    : samples_(features.info().rows), features_(features.info().columns) {
  ByteWriter out;
  ranks::agree(context.ranks(), [&] {
    if (!context.ranks().is_root()) return;
    check_labels(target, labels.size(), features.info());
    for (std::uint64_t row = 0; row < labels.size(); ++row) {
      if (labels[row].empty()) throw InputError(fmt::format("{}: the label of row {} is missing", target, row));
    }
    targets_ = {Target(target, labels)};
    check_classes(targets_);
    targets_[0].encode(out);
  });
  const auto bytes = ranks::broadcast(context.ranks(), out.take());
  ByteReader in(bytes);
  targets_ = {Target::decode(in)};
  identity_ = fmt::format("{} labels {}", features.info().fingerprint(), digest_of(targets_));
  read_features(context, features);
}

}  // namespace rankwise::learning
