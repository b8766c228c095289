#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/rankwise/invocation.hpp"
#include "rankwise/engine/plan.hpp"

namespace rankwise::app {

/// What a command would do, for --plan.
struct Plan {
  std::string subject = {};                    ///< `columns of a.h5:/x · 7 × 3 float64, rows contiguous`
  std::vector<engine::PhasePlan> phases = {};  ///< those that are known before the first one is done
  std::string more = {};                       ///< in words, which others there may be; empty: none
  std::uint64_t bytes_to_read = 0;             ///< by all phases that are known; 0: nothing is read
};

/// Prints a plan on rank 0: a table, or one JSON object.
void print_plan(const Invocation& invocation, const Plan& plan, bool json);

}  // namespace rankwise::app
