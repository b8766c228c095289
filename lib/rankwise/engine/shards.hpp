#pragma once

#include <string>
#include <vector>

#include "rankwise/engine/record.hpp"

namespace rankwise::engine {

/// The record of a whole job from the checkpoints of all its shards, in any order.
/// @throws InputError if one is missing, there twice, not done, or of another job
/// @throws IoError
Record join_shards(const std::vector<std::string>& paths);

}  // namespace rankwise::engine
