#pragma once

#include <string>
#include <vector>

namespace rankwise {

/// What a folder's `diagnose()` found out about where the program runs: one line of `rankwise doctor`.
struct Finding {
  bool ok = true;
  std::string topic = {};    ///< one or two words: `MPI`, `binding`
  std::string message = {};  ///< what was found
  std::string mend = {};     ///< what to type or change; empty where all is well

  friend bool operator==(const Finding&, const Finding&) = default;
};

/// Whether nothing among the findings would make jobs slow or wrong.
bool all_ok(const std::vector<Finding>& findings);

}  // namespace rankwise
