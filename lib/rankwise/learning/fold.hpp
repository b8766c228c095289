#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rankwise::learning {

/// Samples of which a model is trained on some and tried on others.
struct Fold {
  const double* features = nullptr;             ///< of all samples, row by row
  std::uint64_t width = 0;                      ///< features of one sample
  std::span<const std::uint32_t> classes = {};  ///< of all samples
  std::uint32_t class_count = 0;
  std::span<const std::uint32_t> training = {}, test = {};  ///< samples, in rising order

  [[nodiscard]] const double* row(std::uint64_t sample) const { return features + sample * width; }
};

/// What a model says of some samples.
struct Predictions {
  std::vector<std::uint32_t> classes = {};
  std::vector<double> scores = {};  ///< sample by sample, one for each class: the higher, the more it looks like that
};

/// How much a class' samples count so that all classes count the same, and samples 1 on average: scikit-learn's
/// class_weight="balanced".
double balanced_weight(std::uint64_t samples, std::uint64_t classes, std::uint64_t members);
/// That of each class, or 1.
std::vector<double> class_weights(const Fold& fold, bool balanced);

}  // namespace rankwise::learning
