#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/plan.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/kernels/moments.hpp"

namespace rankwise::statistics {

/// The moments of one column: of floating-point values, or of integers with an exact sum.
using ColumnMoments = std::variant<kernels::FloatMoments, kernels::IntegerMoments>;

/// The moments of every column, in one pass over the matrix.
/// @return one per column on rank 0, none elsewhere
/// @throws InputError if there are more columns than rank 0 has memory for
/// @note Collective
std::vector<ColumnMoments> column_moments(const engine::Context& context, const engine::SharedMatrix& matrix);

/// What column_moments would do. @throws UsageError as it would
engine::PhasePlan plan_moments(const engine::Context& context, const engine::SharedMatrix& matrix);

}  // namespace rankwise::statistics
