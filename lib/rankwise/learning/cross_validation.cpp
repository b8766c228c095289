#include "rankwise/learning/cross_validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/control_groups.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/learning/folds.hpp"
#include "rankwise/learning/standard_scale.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::learning {
namespace {

bool are_machines(const Candidates& candidates) {
  return std::holds_alternative<SvcOptions>(candidates.at(0));
}

/// A lane is a candidate and a fold.
class FoldJob {
 public:
  using Partial = double;
  struct Scratch {
    std::vector<double> scaled, products;
  };

  /// @param fold_of each sample
  /// @param order of samples, by class; of support vector machines alone
  /// @param shared products of the samples as they are, in that order; not looked at where features are scaled
  FoldJob(const Dataset& data, const Candidates& candidates, const CrossValidationOptions& options,
          std::span<const std::uint32_t> fold_of, std::span<const std::uint32_t> order, Products shared)
      : data_(data), candidates_(candidates), options_(options), fold_of_(fold_of), order_(order), shared_(shared) {
    for (const std::uint32_t sample : order) class_at_.push_back(data.classes()[sample]);
  }

  [[nodiscard]] engine::Identity identity() const { return identity_of(data_, candidates_, options_); }
  [[nodiscard]] blocks::Grid grid() const {
    return {.lanes = checked_product(candidates_.count, options_.folds, "the fits"), .steps = 1};
  }
  [[nodiscard]] Bytes partial_bytes() const { return {sizeof(double)}; }
  [[nodiscard]] Bytes block_bytes() const {
    const std::uint64_t features = data_.samples() * data_.features() * sizeof(double);
    const std::uint64_t scaled = options_.scale ? features : 0;
    if (!are_machines(candidates_)) {
      const std::uint64_t classes = std::max<std::uint64_t>(2, data_.labels().size());
      return {checked_sum(scaled, LogisticRegression::bytes_needed(data_.samples(), data_.features(), classes).value,
                          "a fold")};
    }
    const std::uint64_t products = bytes_of_products(data_.samples()).value;
    const std::uint64_t kernel_values = products;  // half of them as float32, twice
    return {checked_sum(checked_sum(options_.scale ? products : 0, kernel_values, "a fold"), scaled, "a fold")};
  }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    const std::uint64_t number = block.lane % options_.folds;
    std::vector<std::uint32_t> training, test;
    for (std::uint32_t sample = 0; sample < fold_of_.size(); ++sample) {
      (fold_of_[sample] == number ? test : training).push_back(sample);
    }
    const Fold fold{.features = data_.row(0),
                    .width = data_.features(),
                    .classes = data_.classes(),
                    .class_count = static_cast<std::uint32_t>(data_.labels().size()),
                    .training = training,
                    .test = test};
    const Predictions predictions = std::visit([&](const auto& model) { return predict(model, fold, scratch); },
                                               candidates_.at(block.lane / options_.folds));
    std::vector<std::uint32_t> truths;
    for (const std::uint32_t sample : test) truths.push_back(data_.classes()[sample]);
    return score(options_.scoring, truths, predictions, fold.class_count);
  }
  void merge(Partial&, const Partial&) const {}  // lanes have one step
  static void encode(const Partial& score, ByteWriter& out) { out.put(score); }
  static Partial decode(ByteReader& in) { return in.get<double>(); }

 private:
  [[nodiscard]] Predictions predict(const LogisticOptions& options, Fold fold, Scratch& scratch) const {
    if (options_.scale) {
      std::vector<std::uint32_t> all(data_.samples());
      std::iota(all.begin(), all.end(), 0U);
      StandardScale(data_, fold.training).apply(data_, all, scratch.scaled);
      fold.features = scratch.scaled.data();
    }
    return LogisticRegression(options, fold).predict(fold, fold.test);
  }

  /// By products, in which samples stand by class.
  [[nodiscard]] Predictions predict(const SvcOptions& options, const Fold& fold, Scratch& scratch) const {
    const std::uint32_t number = fold_of_[fold.test[0]];
    std::vector<std::uint32_t> training, place_of(order_.size());
    for (std::uint32_t place = 0; place < order_.size(); ++place) {
      place_of[order_[place]] = place;
      if (fold_of_[order_[place]] != number) training.push_back(place);
    }
    Products products = shared_;
    double variance = 0;
    if (options_.scale) {
      StandardScale(data_, fold.training).apply(data_, order_, scratch.scaled);
      scratch.products.resize(order_.size() * order_.size());
      take_products(scratch.scaled, data_.features(), scratch.products);
      products = {order_.size(), scratch.products.data()};
      variance = variance_of(scratch.scaled.data(), data_.features(), training);
    } else {
      variance = variance_of(fold.features, data_.features(), fold.training);
    }
    const SupportVectors model(options, {.products = products,
                                         .classes = class_at_,
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
  std::span<const std::uint32_t> fold_of_, order_;
  std::vector<std::uint32_t> class_at_;
  Products shared_;
};

std::vector<std::uint32_t> folds_of(const engine::Context& context, const Dataset& data,
                                    const CrossValidationOptions& options) {
  std::vector<std::uint32_t> fold_of;
  ranks::agree(context.ranks(), [&] {
    fold_of = stratified_folds(data.classes(), static_cast<std::uint32_t>(data.labels().size()), options.folds,
                               options.shuffle);
  });
  return fold_of;
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
          .version = 1,
          .input = data.identity(),
          .seed = options.shuffle.value_or(0),
          .options = fmt::format("{} cv {}{}{} scoring {}", candidates.in_words, options.folds,
                                 options.shuffle ? " shuffled" : "", options.scale ? " scaled" : "",
                                 static_cast<int>(options.scoring))};
}

std::vector<double> cross_validate(const engine::Context& context, const Dataset& data, const Candidates& candidates,
                                   const CrossValidationOptions& options) {
  const auto fold_of = folds_of(context, data, options);
  std::vector<std::uint32_t> order;
  std::optional<SharedProducts> shared;
  if (are_machines(candidates)) {
    check_room(context, data);
    order = by_class(data.classes());
    if (!options.scale) shared.emplace(context, data, order);
  }
  std::vector<double> scores;
  engine::run(context, FoldJob(data, candidates, options, fold_of, order, shared ? shared->products() : Products{}),
              [&](std::uint64_t, double score) { scores.push_back(score); }, {.phase = "crossval"});
  return scores;
}

engine::PhasePlan plan_to_cross_validate(const engine::Context& context, std::uint64_t samples, std::uint64_t features,
                                         const Candidates& candidates, const CrossValidationOptions& options) {
  const Dataset sizes(samples, features);
  return engine::plan(context.options(), FoldJob(sizes, candidates, options, {}, {}, {}), "crossval");
}

}  // namespace rankwise::learning
