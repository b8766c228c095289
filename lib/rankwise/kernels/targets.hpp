#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rankwise/base/finding.hpp"

namespace rankwise::kernels {

/// The instruction sets that the inner loops were compiled for and this processor has, best first, such as `AVX3 AVX2`.
std::vector<std::string> usable_targets();

/// Runs `act` once for each usable target, with the kernels limited to it; for tests that compare targets.
template <class Act>
void for_each_target(Act act);

/// Limits the kernels to one target, by its place in `usable_targets()`.
void limit_to_target(std::size_t index);
void use_best_target();

template <class Act>
void for_each_target(Act act) {
  const auto names = usable_targets();
  for (std::size_t i = 0; i < names.size(); ++i) {
    limit_to_target(i);
    act(names[i]);
  }
  use_best_target();
}

std::vector<Finding> diagnose();

}  // namespace rankwise::kernels
