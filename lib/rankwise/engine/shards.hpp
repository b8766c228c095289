#pragma once

#include <functional>
#include <string>
#include <vector>

#include "rankwise/engine/record.hpp"

namespace rankwise::engine {

/// The record of a whole job from the checkpoints of all its shards, in any order.
/// @param see is shown the words of each, from shard 1 to the last
/// @throws InputError if one is missing, there twice, not done, or of another job
/// @throws IoError
Record join_shards(const std::vector<std::string>& paths,
                   const std::function<void(const std::string& path, const std::vector<std::string>& words)>& see = {});

}  // namespace rankwise::engine
