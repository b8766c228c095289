#pragma once

#include <cstdint>
#include <vector>

#include "rankwise/learning/cross_validation.hpp"
#include "rankwise/learning/dataset.hpp"

// For the sources of this folder alone.
namespace rankwise::learning {

/// In which order fits are best begun: what most likely takes long comes first (a great C, many trees); what has the
/// same kernel values side by side, since threads keep these.
/// @return the numbers of all fits: candidate after candidate, the folds of each, the targets of each fold
std::vector<std::uint64_t> fits_in_order(const Dataset& data, const Candidates& candidates,
                                         const CrossValidationOptions& options);

}  // namespace rankwise::learning
