#pragma once

#include <string>

#include "rankwise/engine/context.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::engine {

/// Looks at a source on rank 0. Where others may help, all ranks that see the same file under its name scan their parts
/// of a long text; what is found does not depend on who they are.
/// @return the same on every rank
/// @throws ranks::AgreedError
/// @note Collective
storage::MatrixInfo inspect_together(const Context& context, const std::string& source, bool others_help);

}  // namespace rankwise::engine
