#include "rankwise/learning/train_forest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <set>

#include "rankwise/base/utf8.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::learning {
namespace {

/// A lane is a tree.
class GrowJob {
 public:
  struct Partial {
    DecisionTree tree = {};
    std::vector<std::uint32_t> unseen = {}, leaves = {};  ///< samples that the tree has not seen, where they end in it
  };
  struct Scratch {
    std::unique_ptr<TreeGrower> grower;
  };

  GrowJob(const Dataset& data, const ForestOptions& options, const Fold& fold, const RankedFeatures* ranked)
      : data_(data), options_(options), fold_(fold), ranked_(ranked) {}

  [[nodiscard]] engine::Identity identity() const { return identity_of(data_, options_); }
  [[nodiscard]] blocks::Grid grid() const { return {.lanes = options_.trees, .steps = 1}; }
  [[nodiscard]] Bytes partial_bytes() const { return block_bytes(); }
  [[nodiscard]] Bytes block_bytes() const {
    return TreeGrower::bytes_needed(data_.samples(), data_.features(), std::max<std::uint64_t>(2, fold_.class_count));
  }
  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    if (!scratch.grower) scratch.grower = std::make_unique<TreeGrower>(options_, fold_, *ranked_);
    Partial partial{.tree = scratch.grower->grow(block.lane)};
    const std::vector<std::uint32_t>& seen = scratch.grower->seen();
    for (std::uint32_t sample = 0; sample < seen.size(); ++sample) {
      if (seen[sample] > 0) continue;
      partial.unseen.push_back(sample);
      partial.leaves.push_back(partial.tree.leaf_of(fold_.row(sample)));
    }
    return partial;
  }
  void merge(Partial&, const Partial&) const {}  // lanes have one step
  [[nodiscard]] bool fits(const Partial& partial, std::uint64_t) const {
    const std::uint64_t classes = fold_.class_count;
    const auto is_sample = [&](std::uint32_t sample) { return sample < data_.samples(); };
    const auto is_leaf = [&](std::uint32_t leaf) { return leaf < partial.tree.shares.size() / classes; };
    return partial.tree.fits(data_.features(), classes) && partial.unseen.size() == partial.leaves.size() &&
           std::all_of(partial.unseen.begin(), partial.unseen.end(), is_sample) &&
           std::all_of(partial.leaves.begin(), partial.leaves.end(), is_leaf);
  }
  static void encode(const Partial& partial, ByteWriter& out) {
    partial.tree.encode(out);
    out.put_vector(partial.unseen);
    out.put_vector(partial.leaves);
  }
  static Partial decode(ByteReader& in) {
    Partial partial;
    partial.tree = DecisionTree::decode(in);
    partial.unseen = in.get_vector<std::uint32_t>();
    partial.leaves = in.get_vector<std::uint32_t>();
    return partial;
  }

 private:
  const Dataset& data_;
  const ForestOptions& options_;
  const Fold& fold_;
  const RankedFeatures* ranked_;
};

/// What trees say of samples that they have not seen.
class UnseenVotes {
 public:
  explicit UnseenVotes(const Fold& fold)
      : fold_(fold), shares_(fold.classes.size() * fold.class_count), seen_by_all_(fold.classes.size(), true) {}

  void add(const GrowJob::Partial& partial) {
    const std::size_t classes = fold_.class_count;
    for (std::size_t i = 0; i < partial.unseen.size(); ++i) {
      const std::size_t sample = partial.unseen[i];
      seen_by_all_[sample] = false;
      const double* shares = &partial.tree.shares[partial.leaves[i] * classes];
      for (std::size_t k = 0; k < classes; ++k) shares_[sample * classes + k] += shares[k];
    }
  }
  /// The share of samples that are told right, of those that some tree has not seen; nothing if there are none.
  [[nodiscard]] std::optional<double> accuracy() const {
    const std::vector<std::uint32_t> told = likeliest(shares_, fold_.class_count);
    std::uint64_t right = 0, all = 0;
    for (std::size_t sample = 0; sample < told.size(); ++sample) {
      if (seen_by_all_[sample]) continue;
      ++all;
      right += told[sample] == fold_.classes[sample] ? 1 : 0;
    }
    if (all == 0) return std::nullopt;
    return static_cast<double>(right) / static_cast<double>(all);
  }

 private:
  const Fold& fold_;
  std::vector<double> shares_;
  std::vector<bool> seen_by_all_;
};

/// A forest finds its features by their names, and its file holds names and labels as UTF-8.
void check_names(const Dataset& data) {
  const auto check_text = [](const std::string& text, const char* what) {
    if (valid_utf8(text) != text) throw InputError(fmt::format("{} '{}' is not UTF-8", what, valid_utf8(text)));
  };
  std::set<std::string> names;
  for (const std::string& name : data.feature_names()) {
    check_text(name, "the feature's name");
    if (names.insert(name).second) continue;
    throw InputError(fmt::format("two features are called '{}': a forest finds its features by their names", name));
  }
  check_text(data.target().name, "the target's name");
  const auto* labels = std::get_if<std::vector<std::string>>(&data.target().labels);
  if (labels == nullptr) return;
  for (const std::string& label : *labels) check_text(label, "the label");
}

}  // namespace

engine::Identity identity_of(const Dataset& data, const ForestOptions& options) {
  return {.method = "forest fit",
          .version = 2,
          .input = data.identity(),
          .seed = options.seed,
          .options =
              fmt::format("{} trees, depth {}, split {}, leaf {}, features {} {}{}", options.trees, options.max_depth,
                          options.min_samples_split, options.min_samples_leaf, static_cast<int>(options.max_features),
                          options.features, options.bootstrap ? "" : ", of all samples")};
}

ForestModel train_forest(const engine::Context& context, const Dataset& data, const ForestOptions& options) {
  const Target& target = data.target();
  ranks::agree(context.ranks(), [&] { check_names(data); });
  std::vector<std::uint32_t> all(data.samples());
  std::iota(all.begin(), all.end(), 0U);
  const Fold fold{.features = data.row(0),
                  .width = data.features(),
                  .classes = target.classes,
                  .class_count = target.class_count(),
                  .training = all};
  const RankedFeatures ranked(context, data);
  ForestModel model{.forest = {.class_count = target.class_count()},
                    .features = data.feature_names(),
                    .target = target.name,
                    .labels = target.labels,
                    .importances = std::vector<double>(data.features())};
  UnseenVotes votes(fold);
  const auto take = [&](std::uint64_t, GrowJob::Partial partial) {
    votes.add(partial);
    for (std::size_t f = 0; f < model.importances.size(); ++f) model.importances[f] += partial.tree.importances[f];
    model.forest.trees.push_back(std::move(partial.tree));
  };
  engine::run(context, GrowJob(data, options, fold, &ranked), take, {.phase = "grow"});
  if (!context.ranks().is_root()) return {};
  const double sum = std::accumulate(model.importances.begin(), model.importances.end(), 0.0);
  for (double& importance : model.importances) importance = sum > 0 ? importance / sum : 0;
  if (options.bootstrap) model.oob_score = votes.accuracy();
  return model;
}

engine::PhasePlan plan_to_train(const engine::Context& context, const Dataset& sizes, const ForestOptions& options) {
  const Fold fold;
  return engine::plan(context.options(), GrowJob(sizes, options, fold, nullptr), "grow");
}

}  // namespace rankwise::learning
