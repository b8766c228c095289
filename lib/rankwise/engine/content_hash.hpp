#pragma once

#include <string>

#include "rankwise/engine/context.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::engine {

/// The hash of every byte of the files that a matrix lies in: XXH3-128 of blocks, and of their hashes in pairs (a hash
/// tree, R. C. Merkle 1987). All ranks that see the same files read them; rank 0 reads for the others. It is computed
/// anew by each run, whatever its checkpoint holds.
/// @param others_read false: rank 0 reads for all
/// @throws ranks::AgreedError
/// @note Collective
std::string content_hash(const Context& context, const storage::MatrixInfo& matrix, bool others_read);

}  // namespace rankwise::engine
