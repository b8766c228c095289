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

/// @throws MpiError if this processor has no fused multiply-add in vectors: on x86-64, if it is older than AVX2
void check_processor();
/// What check_processor would say of one that has these targets of Highway's; empty where it suffices.
std::string complaint_about(std::int64_t supported_targets);

std::vector<Finding> diagnose();

}  // namespace rankwise::kernels
