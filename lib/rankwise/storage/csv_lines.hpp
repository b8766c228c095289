#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "rankwise/base/bytes.hpp"
#include "rankwise/blocks/grid.hpp"
#include "rankwise/storage/matrix.hpp"

namespace rankwise::storage {

/// The rows of a CSV as they stand in the file. Any thread may ask, several at once.
class CsvLines {
 public:
  /// @param info of a CSV. @throws IoError if this rank does not see the file, or sees another one under its name
  explicit CsvLines(const MatrixInfo& info);
  ~CsvLines();

  /// Gives each of these rows to `take`, without the end of its line. @throws IoError
  void read(blocks::Range rows, const std::function<void(std::string_view row)>& take) const;

 private:
  struct Text;
  std::unique_ptr<const Text> text_;
};

/// What stands between the fields of a CSV. @param info of one
char csv_separator(const MatrixInfo& info);

/// What so many rows of a CSV are at most that follow one another behind a multiple of so many rows.
Bytes most_csv_bytes(const MatrixInfo& info, std::uint64_t rows);

/// Gives each field of a row to `take`, as it stands, with its quotes.
void for_each_field(std::string_view row, char separator, const std::function<void(std::string_view field)>& take);

}  // namespace rankwise::storage
