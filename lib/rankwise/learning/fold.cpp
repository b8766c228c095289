#include "rankwise/learning/fold.hpp"

namespace rankwise::learning {

std::vector<double> class_weights(const Fold& fold, bool balanced) {
  std::vector<double> weights(fold.class_count, 1);
  if (!balanced) return weights;
  std::vector<std::uint64_t> members(fold.class_count);
  for (const std::uint32_t sample : fold.training) ++members[fold.classes[sample]];
  for (std::uint32_t k = 0; k < fold.class_count; ++k) {
    weights[k] = static_cast<double>(fold.training.size()) /
                 (static_cast<double>(fold.class_count) * static_cast<double>(members[k]));
  }
  return weights;
}

}  // namespace rankwise::learning
