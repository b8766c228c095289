#pragma once

#include <algorithm>
#include <string>

#include "rankwise/base/errors.hpp"
#include "rankwise/storage/source.hpp"

namespace rankwise::fuzz {

/// Reads the first and the last rows, as any command would; errors that are told are no finds.
inline void read_all(const storage::MatrixInfo& info) {
  try {
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

/// Looks at a source, and reads it.
inline void inspect_and_read(const std::string& source, const storage::CsvInspection& how = {}) {
  try {
    read_all(storage::inspect_matrix(source, how));
  } catch (const Error&) {
  }
}

}  // namespace rankwise::fuzz
