#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/identity.hpp"
#include "rankwise/engine/plan.hpp"
#include "rankwise/learning/dataset.hpp"
#include "rankwise/learning/scores.hpp"
#include "rankwise/learning/support_vectors.hpp"

namespace rankwise::learning {

struct CrossValidationOptions {
  SvcOptions model = {};
  std::string model_in_words = {};  ///< all of its parameters, for the identity
  std::uint32_t folds = 5;
  std::optional<std::uint64_t> shuffle = {};  ///< a seed
  bool scale = false;                         ///< features of each fold's training samples to mean 0 and variance 1
  Scoring scoring = Scoring::accuracy;
};

/// One score for each fold: of a model that is trained on the samples of all others (scikit-learn's cross_val_score
/// with StratifiedKFold). Each fold is a block.
/// @return on rank 0, folds in order; nothing elsewhere
/// @throws ranks::AgreedError, also if a class has fewer samples than folds, or the node's memory does not suffice
/// @note Collective
std::vector<double> cross_validate(const engine::Context& context, const Dataset& data,
                                   const CrossValidationOptions& options);

engine::Identity identity_of(const Dataset& data, const CrossValidationOptions& options);

/// What cross_validate would do with so many samples and features.
engine::PhasePlan plan_to_cross_validate(const engine::Context& context, std::uint64_t samples, std::uint64_t features,
                                         const CrossValidationOptions& options);

}  // namespace rankwise::learning
