#include "rankwise/learning/cross_validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "rankwise/base/checked.hpp"
#include "rankwise/base/control_groups.hpp"
#include "rankwise/engine/run.hpp"
#include "rankwise/learning/folds.hpp"
#include "rankwise/learning/standard_scale.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::learning {
namespace {

/// A lane is a candidate and a fold.
class FoldJob {
 public:
  using Partial = double;
  struct Scratch {
    std::vector<double> scaled, products;
  };

  /// @param fold_of each sample
  /// @param order of samples, by class
  /// @param shared of the samples as they are, in that order; not looked at where features are scaled
  FoldJob(const Dataset& data, const Candidates& candidates, const CrossValidationOptions& options,
          std::span<const std::uint32_t> fold_of, std::span<const std::uint32_t> order, Products shared)
      : data_(data), candidates_(candidates), options_(options), order_(order), shared_(shared) {
    for (const std::uint32_t sample : order) {
      fold_at_.push_back(fold_of[sample]);
      class_at_.push_back(data.classes()[sample]);
    }
  }

  [[nodiscard]] engine::Identity identity() const { return identity_of(data_, candidates_, options_); }
  [[nodiscard]] blocks::Grid grid() const {
    return {.lanes = checked_product(candidates_.count, options_.folds, "the fits"), .steps = 1};
  }
  [[nodiscard]] Bytes partial_bytes() const { return {sizeof(double)}; }
  [[nodiscard]] Bytes block_bytes() const {
    const std::uint64_t products = bytes_of_products(data_.samples()).value;
    const std::uint64_t kernel_values = products;  // half of them as float32, twice
    if (!options_.scale) return {kernel_values};
    return {checked_sum(checked_sum(products, kernel_values, "a fold"),
                        data_.samples() * data_.features() * sizeof(double), "a fold")};
  }

  [[nodiscard]] Partial run(blocks::Block block, Scratch& scratch) const {
    const std::uint64_t fold = block.lane % options_.folds;
    std::vector<std::uint32_t> training, test, samples;  // places, and the samples to train on
    for (std::uint32_t place = 0; place < order_.size(); ++place) {
      (fold_at_[place] == fold ? test : training).push_back(place);
      if (fold_at_[place] != fold) samples.push_back(order_[place]);
    }
    std::sort(samples.begin(), samples.end());
    Products products = shared_;
    double variance = 0;
    if (options_.scale) {
      StandardScale(data_, samples).apply(data_, order_, scratch.scaled);
      scratch.products.resize(order_.size() * order_.size());
      take_products(scratch.scaled, data_.features(), scratch.products);
      products = {order_.size(), scratch.products.data()};
      variance = variance_of(scratch.scaled.data(), data_.features(), training);
    } else {
      variance = variance_of(data_.row(0), data_.features(), samples);
    }
    const auto classes = static_cast<std::uint32_t>(data_.labels().size());
    const SupportVectors model(candidates_.at(block.lane / options_.folds), {.products = products,
                                                                             .classes = class_at_,
                                                                             .places = training,
                                                                             .features = data_.features(),
                                                                             .variance = variance});
    std::vector<std::uint32_t> truths, predictions;
    for (const std::uint32_t place : test) {
      truths.push_back(class_at_[place]);
      predictions.push_back(model.predict(place));
    }
    return score(options_.scoring, truths, predictions, classes);
  }
  void merge(Partial&, const Partial&) const {}  // lanes have one step
  static void encode(const Partial& score, ByteWriter& out) { out.put(score); }
  static Partial decode(ByteReader& in) { return in.get<double>(); }

 private:
  const Dataset& data_;
  const Candidates& candidates_;
  const CrossValidationOptions& options_;
  std::span<const std::uint32_t> order_;
  std::vector<std::uint32_t> fold_at_, class_at_;
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
  check_room(context, data);
  const auto order = by_class(data.classes());
  std::optional<SharedProducts> shared;
  if (!options.scale) shared.emplace(context, data, order);
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
