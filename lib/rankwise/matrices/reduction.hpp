#pragma once

#include <cstdint>
#include <vector>

#include "rankwise/engine/context.hpp"
#include "rankwise/engine/delivery.hpp"
#include "rankwise/engine/identity.hpp"
#include "rankwise/engine/plan.hpp"
#include "rankwise/matrices/tile_program.hpp"

namespace rankwise::matrices {

/// One pass over what a program makes: statistics of each column, of each row, or of all elements. NaN gives NaN, as
/// NumPy has it.
struct Reductions {
  const TileProgram* argument = nullptr;
  int axis = -1;                                    ///< 0: of each column; 1: of each row; -1: of all
  std::vector<expressions::Reduction> wanted = {};  ///< along this axis
  bool exactly = false;       ///< integers that float64 rounds are refused, also of a matrix as it is
  engine::Identity job = {};  ///< what the argument depends on
  std::string phase = {};
  engine::Delivery* delivery = nullptr;
};

/// @return for each that is wanted one number per column, per row, or of all; on every rank
/// @note Collective
std::vector<std::vector<double>> reduce(const engine::Context& context, const Reductions& reductions);

/// What reduce would do.
engine::PhasePlan plan_to_reduce(const engine::Context& context, const Reductions& reductions);

}  // namespace rankwise::matrices
