#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/learning/target.hpp"
#include "rankwise/learning/target_columns.hpp"
#include "rankwise/ranks/node_memory.hpp"

// For the sources of this folder alone.
namespace rankwise::learning {

/// What is read of a table.
struct TableParts {
  ranks::NodeMemory features;  ///< of all samples, row by row: all columns that are no targets
  std::vector<Target> targets;
};

/// Reads a table whose columns are features, but for some that are targets. All ranks read; a target that is text is
/// read by rank 0.
/// @throws ranks::AgreedError, also for missing values
/// @note Collective
TableParts read_table(const engine::Context& context, const engine::SharedMatrix& table,
                      const std::vector<TargetColumn>& targets);

}  // namespace rankwise::learning
