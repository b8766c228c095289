#pragma once

#include <vector>

#include "rankwise/base/finding.hpp"
#include "rankwise/ranks/binding.hpp"
#include "rankwise/ranks/session.hpp"

namespace rankwise::ranks {

/// What is worth knowing about MPI, binding, threads and the control group here. The same on every rank.
/// @note Collective
std::vector<Finding> diagnose(const Session& session, const ThreadLayout& layout);

}  // namespace rankwise::ranks
