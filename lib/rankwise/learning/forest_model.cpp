#include "rankwise/learning/forest_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rankwise/base/digest.hpp"
#include "rankwise/base/errors.hpp"

namespace rankwise::learning {
namespace {

using storage::ResultTable;
using Integers = std::vector<std::int64_t>;
using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

/// A model's columns, by name.
class Columns {
 public:
  Columns(const ResultTable& table, const std::string& file) : table_(table), file_(file) {}

  [[nodiscard]] const ResultTable::Values& any(const std::string& name) const {
    for (const auto& column : table_.columns) {
      if (column.name == name) return column.values;
    }
    throw InputError(fmt::format("{} is no forest of rankwise: it has no dataset /{}", file_, name));
  }
  template <class T>
  [[nodiscard]] const T& as(const std::string& name) const {
    const auto* values = std::get_if<T>(&any(name));
    if (values == nullptr) refuse(name);
    return *values;
  }
  [[noreturn]] void refuse(const std::string& name) const {
    throw InputError(fmt::format("{} is no forest of rankwise: /{} is not what it should be", file_, name));
  }
  void need(bool truth, const std::string& name) const {
    if (!truth) refuse(name);
  }

 private:
  const ResultTable& table_;
  const std::string& file_;
};

/// Begins that rise from 0 to the number of all.
void check_begins(const Columns& columns, const std::string& name, std::size_t all) {
  const Integers& begins = columns.as<Integers>(name);
  columns.need(begins.size() > 1 && begins.front() == 0 && begins.back() == static_cast<std::int64_t>(all), name);
  columns.need(std::is_sorted(begins.begin(), begins.end(), std::less_equal<>()) || begins.size() == 2, name);
}

}  // namespace

std::uint64_t ForestModel::node_count() const {
  std::uint64_t count = 0;
  for (const DecisionTree& tree : forest.trees) count += tree.nodes.size();
  return count;
}

ResultTable ForestModel::table() const {
  Integers tree_nodes{0}, tree_leaves{0}, feature, next;
  Numbers threshold, shares;
  const std::uint64_t nodes = node_count();
  feature.reserve(nodes);
  next.reserve(nodes);
  threshold.reserve(nodes);
  shares.reserve(nodes / 2 * forest.class_count);
  for (const DecisionTree& tree : forest.trees) {
    for (const DecisionTree::Node& node : tree.nodes) {
      feature.push_back(node.feature);
      threshold.push_back(node.threshold);
      next.push_back(node.next);
    }
    shares.insert(shares.end(), tree.shares.begin(), tree.shares.end());
    tree_nodes.push_back(static_cast<std::int64_t>(feature.size()));
    tree_leaves.push_back(static_cast<std::int64_t>(shares.size() / forest.class_count));
  }
  ResultTable table;
  table.columns = {{"features", features, true}, {"importances", importances}, {"target", Texts{target}, true}};
  std::visit([&](const auto& all) { table.columns.push_back({"classes", all, true}); }, labels);
  table.columns.push_back({"oob_score", oob_score ? Numbers{*oob_score} : Numbers{}});
  table.columns.push_back({"tree_nodes", std::move(tree_nodes)});
  table.columns.push_back({"tree_leaves", std::move(tree_leaves)});
  table.columns.push_back({"feature", std::move(feature)});
  table.columns.push_back({"threshold", std::move(threshold)});
  table.columns.push_back({"next", std::move(next)});
  table.columns.push_back({"shares", std::move(shares)});
  return table;
}

std::span<const std::string> ForestModel::columns_in_a_file() {
  static const std::vector<std::string> names{"features",  "importances", "target",      "classes",
                                              "oob_score", "tree_nodes",  "tree_leaves", "feature",
                                              "threshold", "next",        "shares"};
  return names;
}

ForestModel ForestModel::of_table(const ResultTable& table, const std::string& file) {
  const Columns columns(table, file);
  ForestModel model{.features = columns.as<Texts>("features"), .importances = columns.as<Numbers>("importances")};
  const Texts& target = columns.as<Texts>("target");
  columns.need(target.size() == 1, "target");
  model.target = target[0];
  std::visit(
      [&](const auto& all) {
        if constexpr (std::is_constructible_v<Labels, decltype(all)>) {
          model.labels = all;
        } else {
          columns.refuse("classes");
        }
        model.forest.class_count = static_cast<std::uint32_t>(all.size());
      },
      columns.any("classes"));
  columns.need(model.forest.class_count > 1, "classes");
  const Numbers& score = columns.as<Numbers>("oob_score");
  if (!score.empty()) model.oob_score = score[0];

  const Integers &nodes = columns.as<Integers>("tree_nodes"), &leaves = columns.as<Integers>("tree_leaves"),
                 &feature = columns.as<Integers>("feature"), &next = columns.as<Integers>("next");
  const Numbers &threshold = columns.as<Numbers>("threshold"), &shares = columns.as<Numbers>("shares");
  const std::size_t classes = model.forest.class_count;
  check_begins(columns, "tree_nodes", feature.size());
  check_begins(columns, "tree_leaves", shares.size() / classes);
  columns.need(next.size() == feature.size(), "next");
  columns.need(threshold.size() == feature.size(), "threshold");
  columns.need(leaves.size() == nodes.size(), "tree_leaves");
  for (std::size_t t = 0; t + 1 < nodes.size(); ++t) {
    DecisionTree& tree = model.forest.trees.emplace_back();
    const std::int64_t size = nodes[t + 1] - nodes[t], leaf_count = leaves[t + 1] - leaves[t];
    for (std::int64_t i = 0; i < size; ++i) {
      const auto at = static_cast<std::size_t>(nodes[t] + i);
      columns.need(std::in_range<std::int32_t>(feature[at]), "feature");
      columns.need(std::in_range<std::uint32_t>(next[at]), "next");
      tree.nodes.push_back({.threshold = threshold[at],
                            .feature = std::max(-1, static_cast<std::int32_t>(feature[at])),
                            .next = static_cast<std::uint32_t>(next[at])});
    }
    const auto begin = shares.begin() + static_cast<std::ptrdiff_t>(classes) * leaves[t];
    tree.shares.assign(begin, begin + static_cast<std::ptrdiff_t>(classes) * leaf_count);
    columns.need(tree.fits(model.features.size(), classes), "next");
  }
  return model;
}

std::string ForestModel::digest_of(const ResultTable& table) {
  Digest digest;
  digest.add("forest");
  for (const auto& column : table.columns) {
    digest.add(column.name);
    std::visit(
        [&](const auto& values) {
          digest.add(std::uint64_t{values.size()});
          if constexpr (std::is_same_v<std::decay_t<decltype(values)>, Numbers>) {
            digest.add(std::span<const double>(values));
          } else {
            for (const auto& value : values) digest.add(value);
          }
        },
        column.values);
  }
  return digest.hex();
}

void ForestModel::encode(ByteWriter& out) const {
  out.put(forest.class_count);
  out.put(std::uint64_t{forest.trees.size()});
  for (const DecisionTree& tree : forest.trees) tree.encode(out);
  out.put(std::uint64_t{features.size()});
  for (const std::string& name : features) out.put_string(name);
  out.put_string(target);
  learning::encode(labels, out);
}

ForestModel ForestModel::decode(ByteReader& in) {
  ForestModel model;
  model.forest.class_count = in.get<std::uint32_t>();
  for (auto left = in.get<std::uint64_t>(); left > 0; --left) model.forest.trees.push_back(DecisionTree::decode(in));
  for (auto left = in.get<std::uint64_t>(); left > 0; --left) model.features.push_back(in.get_string());
  model.target = in.get_string();
  model.labels = decode_labels(in);
  return model;
}

}  // namespace rankwise::learning
