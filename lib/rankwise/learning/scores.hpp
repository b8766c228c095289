#pragma once

#include <cstdint>
#include <span>

#include "rankwise/learning/fold.hpp"

namespace rankwise::learning {

enum class Scoring : std::uint8_t {
  accuracy,  ///< the share of samples that are told right
  f1,        ///< the mean over classes of 2 · precision · recall / (precision + recall), 0 where nothing is right
  roc_auc,   ///< how often a sample of a class scores higher than one of another; the mean over classes
};

/// How well predictions are, as scikit-learn's accuracy_score, f1_score(average="macro") and roc_auc_score(of the
/// second of two classes, else multi_class="ovr") have it. Classes that are neither there nor predicted do not count
/// for f1.
/// @pre as many truths as predictions, below `classes`; at least one; for roc_auc, some of each class
double score(Scoring scoring, std::span<const std::uint32_t> truths, const Predictions& predictions,
             std::uint32_t classes);

/// Of two classes, the f1 of the second alone; 0 where it is neither there nor predicted.
double f1_of_second(std::span<const std::uint32_t> truths, std::span<const std::uint32_t> predictions);

}  // namespace rankwise::learning
