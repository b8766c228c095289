#include "rankwise/base/finding.hpp"

#include <algorithm>

namespace rankwise {

bool all_ok(const std::vector<Finding>& findings) {
  return std::all_of(findings.begin(), findings.end(), [](const Finding& finding) { return finding.ok; });
}

}  // namespace rankwise
