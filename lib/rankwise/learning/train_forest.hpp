#pragma once

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/identity.hpp"
#include "rankwise/engine/plan.hpp"
#include "rankwise/learning/dataset.hpp"
#include "rankwise/learning/forest_model.hpp"

namespace rankwise::learning {

/// Grows a forest on all samples of a data set with one target; a tree is a block.
/// @return on rank 0; nothing elsewhere. What trees say of samples that they have not seen is in its oob_score, if each
/// tree has drawn its samples
/// @throws ranks::AgreedError @note Collective
ForestModel train_forest(const engine::Context& context, const Dataset& data, const ForestOptions& options);

engine::Identity identity_of(const Dataset& data, const ForestOptions& options);

/// What train_forest would do with data of these sizes.
engine::PhasePlan plan_to_train(const engine::Context& context, const Dataset& sizes, const ForestOptions& options);

}  // namespace rankwise::learning
