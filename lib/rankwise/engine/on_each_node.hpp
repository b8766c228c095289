#pragma once

#include <cstdint>
#include <functional>

#include "rankwise/engine/context.hpp"
#include "rankwise/ranks/node_memory.hpp"

namespace rankwise::engine {

/// Memory on each node. @throws ranks::AgreedError if one of them does not have it
/// @note Collective
ranks::NodeMemory memory_on_each_node(const Context& context, std::uint64_t bytes);

/// Does act(0), ..., act(count - 1) on each node, once there: its ranks and threads share them out. For what all blocks
/// of a node need, in memory that they share; other nodes do the same.
/// @throws ranks::AgreedError if one of them threw anywhere, or a signal came
/// @note Collective
void on_each_node(const Context& context, std::uint64_t count, const std::function<void(std::uint64_t)>& act);

}  // namespace rankwise::engine
