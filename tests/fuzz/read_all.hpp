#pragma once

#include <algorithm>
#include <string>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/source.hpp"

namespace rankwise::fuzz {

/// Looks at a source and reads its first and last rows, as any command would; errors that are told are no finds.
inline void read_all(const std::string& source, const storage::CsvInspection& how = {}) {
  try {
    const storage::MatrixInfo info = storage::inspect_matrix(source, how);
    const auto reader = storage::open_matrix(info);
    const blocks::Range columns{0, std::min<std::uint64_t>(info.columns, 100)};
    const std::uint64_t rows = std::min<std::uint64_t>(info.rows, 1000);
    storage::Tile tile;
    if (rows == 0 || columns.empty()) return;
    reader->read({{0, rows}, columns}, tile);
    reader->read({{info.rows - rows, info.rows}, columns}, tile);
  } catch (const Error&) {
  }
}

}  // namespace rankwise::fuzz
