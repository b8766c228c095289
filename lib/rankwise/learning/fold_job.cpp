#include "rankwise/learning/fold_job.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/errors.hpp"
#include "rankwise/learning/random_forest.hpp"
#include "rankwise/learning/standard_scale.hpp"

namespace rankwise::learning {
namespace {

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

}  // namespace

engine::Identity FoldJob::identity() const {
  engine::Identity identity = identity_of(data_, candidates_, options_);
  if (candidates_.family) identity.options += " " + candidates_.in_words;
  return identity;
}

blocks::Grid FoldJob::grid() const {
  const std::uint64_t fits = checked_product(candidates_.count, options_.folds, "the fits");
  return {.lanes = checked_product(fits, data_.targets().size(), "the fits"), .steps = 1};
}

Bytes FoldJob::block_bytes() const {
  const std::uint64_t features = data_.samples() * data_.features() * sizeof(double);
  const std::uint64_t scaled = options_.scale ? features : 0;
  std::uint64_t classes = 2;
  for (const Target& target : data_.targets()) classes = std::max<std::uint64_t>(classes, target.class_count());
  if (are<ForestOptions>(candidates_)) return TreeGrower::bytes_needed(data_.samples(), data_.features(), classes);
  if (are<LogisticOptions>(candidates_)) {
    return {checked_sum(scaled, LogisticRegression::bytes_needed(data_.samples(), data_.features(), classes).value,
                        "a fold")};
  }
  return SharedBySvc::least_bytes(data_, options_.scale);
}

FoldJob::Partial FoldJob::run(blocks::Block block, Scratch& scratch) const {
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

bool FoldJob::fits(const Partial& partial, std::uint64_t lane) const {
  const std::uint64_t fold = lane / data_.targets().size() % options_.folds;
  const auto tested = static_cast<std::size_t>(std::count(fold_of_.begin(), fold_of_.end(), fold));
  return partial.right.size() == (has_several() && options_.scoring == Scoring::accuracy ? tested : 0);
}

double FoldJob::score(const Target& target, std::span<const std::uint32_t> truths,
                      const Predictions& predictions) const {
  if (!has_several()) return learning::score(options_.scoring, truths, predictions, target.class_count());
  if (options_.scoring == Scoring::f1) return f1_of_second(truths, predictions.classes);
  const bool both = std::find(truths.begin(), truths.end(), 0U) != truths.end() &&
                    std::find(truths.begin(), truths.end(), 1U) != truths.end();
  if (both) return learning::score(options_.scoring, truths, predictions, 2);
  throw InputError(fmt::format("there is no roc-auc of the target '{}' where a fold has one class alone of it: {}",
                               target.name, target.label(truths[0])));
}

Predictions FoldJob::predict(const LogisticOptions& options, Fold fold, std::size_t, Scratch& scratch) const {
  if (options_.scale) {
    std::vector<std::uint32_t> all(data_.samples());
    std::iota(all.begin(), all.end(), 0U);
    StandardScale(data_, fold.training).apply(data_, all, scratch.scaled);
    fold.features = scratch.scaled.data();
  }
  return LogisticRegression(options, fold).predict(fold, fold.test);
}

/// Questions are the same of scaled features.
Predictions FoldJob::predict(const ForestOptions& options, const Fold& fold, std::size_t, Scratch&) const {
  return predict_by_forest(options, fold, *shared_.ranked);
}

Predictions FoldJob::predict(const SvcOptions& options, const Fold& fold, std::size_t which, Scratch& scratch) const {
  const Places& places = shared_.svc->places[which];
  TrainingFold training{.target = which,
                        .number = fold_of_[fold.test[0]],
                        .samples = fold.training,
                        .by_class = std::vector<std::vector<std::uint32_t>>(places.class_count())};
  std::vector<std::uint64_t> place_of(places.samples.size());
  for (std::uint32_t k = 0; k < places.class_count(); ++k) {
    const blocks::Range of_class = places.of_class(k);
    for (std::uint64_t place = of_class.begin; place < of_class.end; ++place) {
      const std::uint32_t sample = places.samples[place];
      place_of[sample] = place;
      if (fold_of_[sample] == training.number) continue;
      training.by_class[k].push_back(static_cast<std::uint32_t>(place - of_class.begin));
    }
  }
  KernelRows& rows = scratch.kernel.rows_for(data_, *shared_.svc, options, training);
  const SupportVectors model(options, rows, training.by_class);
  std::vector<std::uint64_t> tested;
  for (const std::uint32_t sample : fold.test) tested.push_back(place_of[sample]);
  Predictions predictions{.scores = std::vector<double>(fold.test.size() * fold.class_count)};
  predictions.classes = model.predict(tested, predictions.scores);
  return predictions;
}

}  // namespace rankwise::learning
