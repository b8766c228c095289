#pragma once

#include <cstdint>

#include "rankwise/engine/context.hpp"
#include "rankwise/learning/dataset.hpp"
#include "rankwise/ranks/node_memory.hpp"

namespace rankwise::learning {

/// Each feature of each sample as its rank among the values that the feature has: all that a tree needs to know of it.
/// One copy on each node. Of more than 65536 values, neighbours share a rank.
class RankedFeatures {
 public:
  /// @throws ranks::AgreedError @note Collective
  RankedFeatures(const engine::Context& context, const Dataset& data);

  /// Of all samples, side by side.
  [[nodiscard]] const std::uint16_t* of(std::uint64_t feature) const {
    return memory_.as<const std::uint16_t>() + feature * samples_;
  }
  /// How many ranks a feature has.
  [[nodiscard]] std::uint32_t count(std::uint64_t feature) const { return counts()[feature]; }
  [[nodiscard]] std::uint64_t features() const { return features_; }

 private:
  [[nodiscard]] std::uint32_t* counts() const;

  std::uint64_t samples_, features_;
  ranks::NodeMemory memory_;
};

}  // namespace rankwise::learning
