#include "rankwise/learning/fold.hpp"

namespace rankwise::learning {

double balanced_weight(std::uint64_t samples, std::uint64_t classes, std::uint64_t members) {
  return static_cast<double>(samples) / (static_cast<double>(classes) * static_cast<double>(members));
}

std::vector<double> class_weights(const Fold& fold, bool balanced) {
  std::vector<double> weights(fold.class_count, 1);
  if (!balanced) return weights;
  std::vector<std::uint64_t> members(fold.class_count);
  for (const std::uint32_t sample : fold.training) ++members[fold.classes[sample]];
  for (std::uint32_t k = 0; k < fold.class_count; ++k) {
    weights[k] = balanced_weight(fold.training.size(), fold.class_count, members[k]);
  }
  return weights;
}

}  // namespace rankwise::learning
