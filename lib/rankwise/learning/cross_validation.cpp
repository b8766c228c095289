#include "rankwise/learning/cross_validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/control_groups.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/learning/folds.hpp"
#include "rankwise/learning/known_fits.hpp"
#include "rankwise/learning/random_forest.hpp"
#include "rankwise/learning/standard_scale.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::learning {
namespace {

template <class Options>
bool are(const Candidates& candidates) {
  return std::holds_alternative<Options>(candidates.at(0));
}

/// What all folds need, once on each node.
struct Shared {
  std::vector<std::vector<std::uint32_t>> orders = {};  ///< samples by class, for products; of each target
  std::optional<SharedProducts> products = {};  ///< of samples as they are, where features are not scaled: in the
                                                ///< order of the one target, or, of several, in their own
  std::optional<RankedFeatures> ranked = {};    ///< for forests
};

/// Classes of which a fold's training samples have some; others cannot be learned there.
struct KnownClasses {
  std::vector<std::uint32_t> known = {};    ///< in rising order
  std::vector<std::uint32_t> classes = {};  ///< of all samples, as places among these; of unknown ones 0

  KnownClasses(const Target& target, std::span<const std::uint32_t> training) : classes(target.classes.size()) {
    std::vector<std::uint32_t> places(target.class_count());
    for (const std::uint32_t sample : training) places[target.classes[sample]] = 1;
    for (std::uint32_t k = 0; k < places.size(); ++k) {
      if (places[k] == 0) continue;
      places[k] = static_cast<std::uint32_t>(known.size());
      known.push_back(k);
    }
    for (std::size_t s = 0; s < classes.size(); ++s) classes[s] = places[target.classes[s]];
  }
};

/// A lane is a candidate, a fold and a target.
class FoldJob {
 public:
  struct Partial {
    double score = 0;
    std::vector<std::uint8_t> right = {};  ///< whether each test sample was told right, where there are several targets
  };
  struct Scratch {
    std::vector<double> scaled, products;
  };

  FoldJob(const Dataset& data, const Candidates& candidates, const CrossValidationOptions& options,
          std::span<const std::uint32_t> fold_of, const Shared& shared)
      : data_(data), candidates_(candidates), options_(options), fold_of_(fold_of), shared_(shared) {}

  [[nodiscard]] engine::Identity identity() const {
    engine::Identity identity = identity_of(data_, candidates_, options_);
    if (!candidates_.family.empty()) identity.options += " " + candidates_.in_words;
    return identity;
  }
  [[nodiscard]] blocks::Grid grid() const {
    const std::uint64_t fits = checked_product(candidates_.count, options_.folds, "the fits");
    return {.lanes = checked_product(fits, data_.targets().size(), "the fits"), .steps = 1};
  }
  [[nodiscard]] Bytes partial_bytes() const { return {sizeof(Partial) + (has_several() ? data_.samples() : 0)}; }
  [[nodiscard]] Bytes block_bytes() const {
    const std::uint64_t features = data_.samples() * data_.features() * sizeof(double);
    const std::uint64_t scaled = options_.scale ? features : 0;
    std::uint64_t classes = 2;
    for (const Target& target : data_.targets()) classes = std::max<std::uint64_t>(classes, target.class_count());
    if (are<ForestOptions>(candidates_)) return TreeGrower::bytes_needed(data_.samples(), data_.features(), classes);
    if (are<LogisticOptions>(candidates_)) {
      return {checked_sum(scaled, LogisticRegression::bytes_needed(data_.samples(), data_.features(), classes).value,
                          "a fold")};
    }
    const std::uint64_t products = bytes_of_products(data_.samples()).value;
    const std::uint64_t kernel_values = products;  // half of them as float32, twice
    const bool own = options_.scale || has_several();
    return {checked_sum(checked_sum(own ? products : 0, kernel_values, "a fold"), scaled, "a fold")};
  }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    const std::size_t which = block.lane % data_.targets().size();
    const std::uint64_t fit = block.lane / data_.targets().size(), number = fit % options_.folds;
    const Target& target = data_.targets()[which];
    std::vector<std::uint32_t> training, test, truths;
    for (std::uint32_t sample = 0; sample < fold_of_.size(); ++sample) {
      (fold_of_[sample] == number ? test : training).push_back(sample);
      if (fold_of_[sample] == number) truths.push_back(target.classes[sample]);
    }
    const KnownClasses classes(target, training);
    if (classes.known.size() < 2) {
      throw InputError(fmt::format("all samples of the target '{}' that fold {} is trained on are in one class, {}",
                                   target.name, number, target.label(classes.known[0])));
    }
    const Fold fold{.features = data_.row(0),
                    .width = data_.features(),
                    .classes = classes.classes,
                    .class_count = static_cast<std::uint32_t>(classes.known.size()),
                    .training = training,
                    .test = test};
    Predictions predictions = std::visit([&](const auto& model) { return predict(model, fold, which, scratch); },
                                         candidates_.at(fit / options_.folds));
    for (std::uint32_t& prediction : predictions.classes) prediction = classes.known[prediction];
    Partial partial;
    if (has_several() && options_.scoring == Scoring::accuracy) {
      for (std::size_t i = 0; i < truths.size(); ++i) partial.right.push_back(predictions.classes[i] == truths[i]);
    } else {
      partial.score = score(target, truths, predictions);
    }
    return partial;
  }
  void merge(Partial&, const Partial&) const {}  // lanes have one step
  static double told(const Partial& partial) { return partial.score; }
  static void encode(const Partial& partial, ByteWriter& out) {
    out.put(partial.score);
    out.put_vector(partial.right);
  }
  static Partial decode(ByteReader& in) {
    const auto score = in.get<double>();
    return {score, in.get_vector<std::uint8_t>()};
  }

 private:
  [[nodiscard]] bool has_several() const { return data_.targets().size() > 1; }

  [[nodiscard]] double score(const Target& target, std::span<const std::uint32_t> truths,
                             const Predictions& predictions) const {
    if (!has_several()) return learning::score(options_.scoring, truths, predictions, target.class_count());
    if (options_.scoring == Scoring::f1) return f1_of_second(truths, predictions.classes);
    const bool both = std::find(truths.begin(), truths.end(), 0U) != truths.end() &&
                      std::find(truths.begin(), truths.end(), 1U) != truths.end();
    if (both) return learning::score(options_.scoring, truths, predictions, 2);
    throw InputError(fmt::format("there is no roc-auc of the target '{}' where a fold has one class alone of it: {}",
                                 target.name, target.label(truths[0])));
  }

  [[nodiscard]] Predictions predict(const LogisticOptions& options, Fold fold, std::size_t, Scratch& scratch) const {
    if (options_.scale) {
      std::vector<std::uint32_t> all(data_.samples());
      std::iota(all.begin(), all.end(), 0U);
      StandardScale(data_, fold.training).apply(data_, all, scratch.scaled);
      fold.features = scratch.scaled.data();
    }
    return LogisticRegression(options, fold).predict(fold, fold.test);
  }

  /// Questions are the same of scaled features.
  [[nodiscard]] Predictions predict(const ForestOptions& options, const Fold& fold, std::size_t, Scratch&) const {
    return predict_by_forest(options, fold, *shared_.ranked);
  }

  /// By products, in which samples stand by class.
  [[nodiscard]] Predictions predict(const SvcOptions& options, const Fold& fold, std::size_t which,
                                    Scratch& scratch) const {
    const std::vector<std::uint32_t>& order = shared_.orders[which];
    const std::uint32_t number = fold_of_[fold.test[0]];
    std::vector<std::uint32_t> training, place_of(order.size()), class_at(order.size());
    for (std::uint32_t place = 0; place < order.size(); ++place) {
      place_of[order[place]] = place;
      class_at[place] = fold.classes[order[place]];
      if (fold_of_[order[place]] != number) training.push_back(place);
    }
    Products products;
    double variance = 0;
    if (options_.scale) {
      StandardScale(data_, fold.training).apply(data_, order, scratch.scaled);
      scratch.products.resize(order.size() * order.size());
      take_products(scratch.scaled, data_.features(), scratch.products);
      products = {order.size(), scratch.products.data()};
      variance = variance_of(scratch.scaled.data(), data_.features(), training);
    } else {
      products = has_several() ? in_order(shared_.products->products(), order, scratch.products)
                               : shared_.products->products();
      variance = variance_of(fold.features, data_.features(), fold.training);
    }
    const SupportVectors model(options, {.products = products,
                                         .classes = class_at,
                                         .places = training,
                                         .features = data_.features(),
                                         .variance = variance});
    Predictions predictions{.scores = std::vector<double>(fold.test.size() * fold.class_count)};
    for (std::size_t i = 0; i < fold.test.size(); ++i) {
      const std::span<double> scores(&predictions.scores[i * fold.class_count], fold.class_count);
      predictions.classes.push_back(model.predict(place_of[fold.test[i]], scores));
    }
    return predictions;
  }

  const Dataset& data_;
  const Candidates& candidates_;
  const CrossValidationOptions& options_;
  std::span<const std::uint32_t> fold_of_;
  const Shared& shared_;
};

std::vector<std::uint32_t> folds_of(const engine::Context& context, const Dataset& data,
                                    const CrossValidationOptions& options) {
  std::vector<std::uint32_t> fold_of;
  ranks::agree(context.ranks(), [&] {
    const Target& target = data.target();
    fold_of = data.targets().size() > 1
                  ? plain_folds(data.samples(), options.folds, options.shuffle)
                  : stratified_folds(target.classes, target.class_count(), options.folds, options.shuffle);
    for (const Target& each : data.targets()) {
      if (data.targets().size() == 1 || options.scoring == Scoring::accuracy || each.class_count() == 2) continue;
      throw InputError(fmt::format("of several targets, f1 and roc-auc are for those of two classes; '{}' has {}",
                                   each.name, each.class_count()));
    }
  });
  return fold_of;
}

/// Of the targets of one fold: the share of samples of which all were told right; or the mean of the targets' scores.
double combined(std::span<const FoldJob::Partial> targets) {
  if (targets.size() == 1) return targets[0].score;
  double sum = 0;
  if (targets[0].right.empty()) {
    for (const auto& target : targets) sum += target.score;
    return sum / static_cast<double>(targets.size());
  }
  const std::size_t samples = targets[0].right.size();
  for (std::size_t i = 0; i < samples; ++i) {
    const bool all =
        std::all_of(targets.begin(), targets.end(), [&](const auto& target) { return target.right[i] == 1; });
    sum += all ? 1 : 0;
  }
  return sum / static_cast<double>(samples);
}

/// Before it is asked for: a node that runs out of memory would end ranks without a word.
void check_room(const engine::Context& context, const Dataset& data) {
  const Bytes needed = bytes_of_products(data.samples()), there = memory_of_this_machine();
  const auto ranks_here = static_cast<std::uint64_t>(context.ranks().on_this_node().size());
  ranks::agree(context.ranks(), [&] {
    const auto& memory = context.options().memory;
    if (memory && needed.value / ranks_here > memory->value) {
      throw UsageError(
          fmt::format("the products of {} samples with one another take {} on each node, more than --memory {} "
                      "of its ranks",
                      data.samples(), format_bytes(needed), format_bytes(*memory)));
    }
    if (needed.value > there.value / 2) {
      throw InputError(
          fmt::format("the products of {} samples with one another take {}, more than half of this node's "
                      "memory, {}",
                      data.samples(), format_bytes(needed), format_bytes(there)));
    }
  });
}

}  // namespace

engine::Identity identity_of(const Dataset& data, const Candidates& candidates, const CrossValidationOptions& options) {
  return {.method = "crossval",
          .version = 3,
          .input = data.identity(),
          .seed = options.shuffle.value_or(0),
          .options = fmt::format("{} cv {}{}{} scoring {}",
                                 candidates.family.empty() ? candidates.in_words : candidates.family, options.folds,
                                 options.shuffle ? " shuffled" : "", options.scale ? " scaled" : "",
                                 static_cast<int>(options.scoring))};
}

std::vector<double> cross_validate(const engine::Context& context, const Dataset& data, const Candidates& candidates,
                                   const CrossValidationOptions& options) {
  const auto fold_of = folds_of(context, data, options);
  Shared shared;
  if (are<SvcOptions>(candidates)) {
    check_room(context, data);
    for (const Target& target : data.targets()) shared.orders.push_back(by_class(target.classes));
    std::vector<std::uint32_t> own(data.samples());
    std::iota(own.begin(), own.end(), 0U);
    if (!options.scale) shared.products.emplace(context, data, data.targets().size() > 1 ? own : shared.orders[0]);
  }
  if (are<ForestOptions>(candidates)) shared.ranked.emplace(context, data);
  std::vector<double> scores;
  std::vector<FoldJob::Partial> of_fold;
  const auto take = [&](std::uint64_t, const FoldJob::Partial& partial) {
    of_fold.push_back(partial);
    if (of_fold.size() < data.targets().size()) return;
    scores.push_back(combined(of_fold));
    of_fold.clear();
  };
  const FoldJob job(data, candidates, options, fold_of, shared);
  const std::string phase = "crossval";
  if (candidates.words) {
    ranks::agree(context.ranks(), [&] {
      engine::Checkpoint* checkpoint = context.options().checkpoint;
      if (checkpoint == nullptr || !context.ranks().is_root()) return;
      const blocks::SpanCut cut = blocks::cut_into_spans(job.grid(), job.partial_bytes());
      KnownFits(*checkpoint, candidates, phase).go_on({.name = phase, .identity = job.identity(), .cut = cut});
    });
  }
  engine::PhaseOptions how{.phase = phase};
  if (options.hear && data.targets().size() == 1) {
    how.hear = [&](blocks::Block block, double score) { options.hear(block.lane / options.folds, score); };
  }
  engine::run(context, job, take, how);
  return scores;
}

engine::PhasePlan plan_to_cross_validate(const engine::Context& context, const Dataset& sizes,
                                         const Candidates& candidates, const CrossValidationOptions& options) {
  const Shared nothing;
  return engine::plan(context.options(), FoldJob(sizes, candidates, options, {}, nothing), "crossval");
}

}  // namespace rankwise::learning
