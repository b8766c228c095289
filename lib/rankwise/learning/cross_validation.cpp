#include "rankwise/learning/cross_validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "rankwise/engine/run.hpp"
#include "rankwise/learning/fold_job.hpp"
#include "rankwise/learning/folds.hpp"
#include "rankwise/learning/known_fits.hpp"
#include "rankwise/ranks/agreement.hpp"

namespace rankwise::learning {
namespace {

std::vector<std::uint32_t> folds_of(const engine::Context& context, const Dataset& data,
                                    const CrossValidationOptions& options) {
  std::vector<std::uint32_t> fold_of;
  ranks::agree(context.ranks(), [&] {
    const Target& target = data.target();
    fold_of = data.targets().size() > 1 ? plain_folds(data.samples(), options.folds, options.shuffle)
                                        : stratified_folds(target, options.folds, options.shuffle);
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

SharedByFolds share(const engine::Context& context, const Dataset& data, const Candidates& candidates,
                    const CrossValidationOptions& options) {
  SharedByFolds shared;
  if (are<ForestOptions>(candidates)) shared.ranked.emplace(context, data);
  if (are<SvcOptions>(candidates)) shared.svc.emplace(context, data, options.scale);
  return shared;
}

}  // namespace

engine::Identity identity_of(const Dataset& data, const Candidates& candidates, const CrossValidationOptions& options) {
  return {.method = "crossval",
          .version = 3,
          .input = data.identity(),
          .seed = options.shuffle.value_or(0),
          .options =
              fmt::format("{} cv {}{}{} scoring {}", candidates.family ? candidates.family->name : candidates.in_words,
                          options.folds, options.shuffle ? " shuffled" : "", options.scale ? " scaled" : "",
                          static_cast<int>(options.scoring))};
}

std::vector<double> cross_validate(const engine::Context& context, const Dataset& data, const Candidates& candidates,
                                   const CrossValidationOptions& options) {
  const auto fold_of = folds_of(context, data, options);
  const SharedByFolds shared = share(context, data, candidates, options);
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
  if (candidates.family) {
    ranks::agree(context.ranks(), [&] {
      engine::Checkpoint* checkpoint = context.options().checkpoint;
      if (checkpoint == nullptr || !context.ranks().is_root()) return;
      const blocks::SpanCut cut = blocks::cut_into_spans(job.grid(), job.partial_bytes());
      KnownFits(*checkpoint, candidates, phase).go_on({.name = phase, .identity = job.identity(), .cut = cut});
    });
  }
  engine::PhaseOptions how{.phase = phase};
  if (options.hear && data.targets().size() == 1) {
    how.hear = [&](blocks::Block block, double score) {
      options.hear(block.lane / options.folds, block.lane % options.folds, score);
    };
  }
  engine::run(context, job, take, how);
  return scores;
}

engine::PhasePlan plan_to_cross_validate(const engine::Context& context, const Dataset& sizes,
                                         const Candidates& candidates, const CrossValidationOptions& options) {
  const SharedByFolds nothing;
  return engine::plan(context.options(), FoldJob(sizes, candidates, options, {}, nothing), "crossval");
}

}  // namespace rankwise::learning
