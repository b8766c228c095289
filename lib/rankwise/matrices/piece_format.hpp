#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "rankwise/base/bytes.hpp"
#include "rankwise/storage/matrix_output.hpp"

namespace rankwise::matrices {

/// The values of a region as a file has them: lines of CSV, a whole chunk behind its filters, or the values themselves.
std::vector<std::byte> in_the_file(const storage::MatrixShape& shape, const storage::Destination& destination,
                                   const storage::Region& region, std::span<const std::byte> values);

/// What that takes at most for so many elements.
Bytes most_in_the_file(const storage::MatrixShape& shape, storage::OutputFormat format, std::uint64_t elements);

}  // namespace rankwise::matrices
