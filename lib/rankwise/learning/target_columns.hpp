#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rankwise/storage/matrix.hpp"
#include "rankwise/storage/table_output.hpp"

namespace rankwise::learning {

/// Where a target is: a column among a table's numbers, or text beside them, as HDF5 has it.
struct TargetColumn {
  std::string name = {};
  std::optional<std::uint64_t> column = {};
  std::optional<storage::ColumnPlace> text = {};
};

/// The columns of a table that `text` names: one of that name, or several with commas between them.
/// @throws InputError
std::vector<TargetColumn> targets_named(const storage::MatrixInfo& info, const std::string& text);

/// Those of them that are among its numbers.
std::vector<std::uint64_t> columns_of(const std::vector<TargetColumn>& targets);

}  // namespace rankwise::learning
