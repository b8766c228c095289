#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rankwise/storage/matrix.hpp"

namespace rankwise::storage {

/// The files that a pattern such as `part-*.csv` names, in the order of their names; empty for a name that is no
/// pattern, or that exists as it stands.
/// @throws IoError if nothing matches a pattern
std::vector<std::string> matching_files(const std::string& pattern);

/// Matrices of equally many columns one below the other.
/// @throws InputError if columns differ in number or name
MatrixInfo concatenate(const std::vector<MatrixInfo>& parts);

/// What was put together, in its order.
std::vector<MatrixInfo> parts_of(const MatrixInfo& info);

/// @param open opens one part
std::unique_ptr<const MatrixReader> open_concatenation(
    const MatrixInfo& info, const std::function<std::unique_ptr<const MatrixReader>(const MatrixInfo& part)>& open);

}  // namespace rankwise::storage
