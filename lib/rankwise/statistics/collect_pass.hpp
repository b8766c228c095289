#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/statistics/search_plan.hpp"

namespace rankwise::statistics {

/// One pass over the matrix that brings the values of each interval of the plan to rank 0.
/// @param intervals on rank 0: all intervals, known ones too; those of the plan become one known interval for each rank
/// @param ranks_of the ranks that are looked for in a column, on rank 0
/// @note Collective
void collect(const engine::Context& context, const engine::SharedMatrix& matrix, const SearchPlan& plan,
             Intervals& intervals, const std::function<std::vector<std::uint64_t>(std::uint64_t column)>& ranks_of);

}  // namespace rankwise::statistics
