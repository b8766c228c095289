#pragma once

#include <string>

#include "apps/rankwise/forest_work.hpp"
#include "rankwise/engine/shared_matrix.hpp"

namespace rankwise::app {

struct ForestQuestion {
  std::string model = {}, table = {};  ///< files
  engine::Deliver deliver = engine::Deliver::automatic;
  bool probabilities = false;
};

/// `forest predict`: writes what a forest says of each row of a table.
/// @throws ranks::AgreedError @note Collective
ExitCode predict_forest(Invocation& invocation, const ForestWork& work, const ForestQuestion& question);

}  // namespace rankwise::app
