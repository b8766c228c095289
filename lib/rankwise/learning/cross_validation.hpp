#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/identity.hpp"
#include "rankwise/engine/plan.hpp"
#include "rankwise/learning/dataset.hpp"
#include "rankwise/learning/model.hpp"
#include "rankwise/learning/scores.hpp"

namespace rankwise::learning {

/// Candidates that may come and go: a later search among others of the family takes what was found of those that stay.
struct CandidateFamily {
  using Words = std::function<std::string(std::uint64_t)>;
  std::string name = {};                     ///< what they have in common, for the identity of the job
  Words words = {};                          ///< of a candidate: the same words, the same model
  std::vector<std::string> definition = {};  ///< tells all of them to a later run,
  std::function<Words(const std::vector<std::string>&)> recall = {};  ///< which makes their words of it
};

/// Models that are compared, each known by its number.
struct Candidates {
  std::uint64_t count = 1;
  /// Called by any thread; of one kind.
  std::function<ModelOptions(std::uint64_t)> at = [](std::uint64_t) { return SvcOptions(); };
  std::string in_words = {};  ///< all that they depend on, for the identity
  std::optional<CandidateFamily> family = {};
};

struct CrossValidationOptions {
  std::uint32_t folds = 5;
  std::optional<std::uint64_t> shuffle = {};  ///< a seed
  bool scale = false;                         ///< features of each fold's training samples to mean 0 and variance 1
  Scoring scoring = Scoring::accuracy;
  /// Is called on rank 0 with each score as soon as it is there; not where there are several targets.
  std::function<void(std::uint64_t candidate, std::uint64_t fold, double score)> hear = {};
};

/// One score for each candidate and fold: of a model that is trained on the samples of all other folds (scikit-learn's
/// cross_val_score with StratifiedKFold). Of several targets, one model for each (MultiOutputClassifier with KFold):
/// the share of samples of which all targets were told right, or the mean of the targets' f1 or roc-auc. Each
/// candidate, fold and target is a block. What a checkpoint holds of candidates that are among these is not computed
/// again, and what it holds of others stays in it.
/// @return on rank 0, candidate after candidate, the folds of each in order; nothing elsewhere
/// @throws ranks::AgreedError, also if a class has fewer samples than folds, or the node's memory does not suffice
/// @note Collective
std::vector<double> cross_validate(const engine::Context& context, const Dataset& data, const Candidates& candidates,
                                   const CrossValidationOptions& options);

/// What a checkpoint is of: candidates of a family may come and go.
engine::Identity identity_of(const Dataset& data, const Candidates& candidates, const CrossValidationOptions& options);

/// What cross_validate would do with data of these sizes.
engine::PhasePlan plan_to_cross_validate(const engine::Context& context, const Dataset& sizes,
                                         const Candidates& candidates, const CrossValidationOptions& options);

}  // namespace rankwise::learning
