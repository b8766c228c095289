#pragma once

#include <cstdint>
#include <span>

namespace rankwise::learning {

enum class Scoring : std::uint8_t {
  accuracy,  ///< the share of samples that are told right
  f1,        ///< the mean over classes of 2 · precision · recall / (precision + recall), 0 where nothing is right
};

/// How well predictions are, as scikit-learn's accuracy_score and f1_score(average="macro") have it: classes that are
/// neither there nor predicted do not count.
/// @pre as many truths as predictions, below `classes`; at least one
double score(Scoring scoring, std::span<const std::uint32_t> truths, std::span<const std::uint32_t> predictions,
             std::uint32_t classes);

}  // namespace rankwise::learning
