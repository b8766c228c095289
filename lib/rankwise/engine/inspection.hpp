#pragma once

#include <cstdint>
#include <string>

#include "rankwise/engine/context.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::engine {

/// How other ranks help to look at a source. No result depends on it.
struct Help {
  bool allowed = true;
  std::uint64_t ranges_at_once = 65536;        ///< what scans say of them takes some 50 MB on rank 0
  const storage::MatrixInfo* known = nullptr;  ///< what was found before, on rank 0: a text that is still the same,
                                               ///< as far as its identity tells, is not scanned again
};

/// Looks at a source on rank 0. Where others may help, all ranks that see the same file under its name scan their parts
/// of a long text; what is found does not depend on who they are.
/// @return the same on every rank
/// @throws ranks::AgreedError
/// @note Collective
storage::MatrixInfo inspect_together(const Context& context, const std::string& source, const Help& help);

}  // namespace rankwise::engine
