#pragma once

#include <string>

#include "rankwise/storage/matrix.hpp"

namespace rankwise::app {

/// `a.h5:/x · 7 × 3 float64, rows contiguous`
std::string in_words(const storage::MatrixInfo& info);

}  // namespace rankwise::app
