#pragma once

#include "rankwise/base/bytes.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::statistics {

/// Rank 0 has to hold the names and statistics of all columns. What a file claims costs it nothing, so that it may
/// claim more than any machine has.
/// @throws InputError if so many columns do not fit into this machine's memory
void check_room_for_results(const storage::MatrixInfo& info, Bytes each);

}  // namespace rankwise::statistics
