#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/engine/shared_matrix.hpp"
#include "rankwise/storage/csv_lines.hpp"

namespace rankwise::tables {

/// The rows of a CSV as they stand there, for every rank, whether or not it sees the file.
class SourceText {
 public:
  /// @param table of a CSV; it outlives this
  /// @throws ranks::AgreedError
  /// @note Collective
  SourceText(const engine::Context& context, const engine::SharedMatrix& table);
  SourceText(const SourceText&) = delete;
  SourceText& operator=(const SourceText&) = delete;

  [[nodiscard]] char separator() const { return separator_; }
  /// What so many rows are at most. The same on every rank.
  [[nodiscard]] Bytes most_in(std::uint64_t rows) const;
  /// Gives each of these rows to `take`, without the end of its line. Any thread may ask. @throws IoError
  void read(blocks::Range rows, const std::function<void(std::string_view row)>& take) const;

 private:
  const engine::SharedMatrix& table_;
  std::optional<storage::CsvLines> lines_;  // nothing where rank 0 has to be asked
  std::uint64_t server_ = 0;
  char separator_ = ',';
};

}  // namespace rankwise::tables
