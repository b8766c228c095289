#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "rankwise/statistics/column_moments.hpp"

namespace rankwise::statistics {

enum class Statistic : std::uint8_t { count, nan, sum, mean, var, std, min, max };

/// `count`, `nan`, ... in the order of the enumeration.
const std::vector<std::string>& statistic_names();

/// What a column's NaN mean for its statistics.
enum class NanPolicy {
  omit,       ///< they are left out, and counted
  propagate,  ///< a column with a NaN has NaN for every statistic but count and nan
  raise,      ///< they are an error
};

struct SummaryOptions {
  std::vector<Statistic> statistics;
  std::uint64_t ddof = 0;  ///< the divisor of var and std is count - ddof, as in NumPy
  NanPolicy nan_policy = NanPolicy::omit;
};

/// One value of a statistic: counts are whole numbers; sum, min and max of integers are exact.
using Value = std::variant<double, WideInteger>;

/// The value of one statistic of one column. A column without values has count 0, sum 0, and NaN for all else.
Value value_of(const ColumnMoments& moments, Statistic statistic, const SummaryOptions& options);

/// The statistics of columns by name: values[s][c] for statistics[s] of column c.
struct Summary {
  std::uint64_t rows = 0;
  std::vector<std::string> names;
  std::vector<Statistic> statistics;
  std::vector<std::vector<Value>> values;
  std::uint64_t columns_with_nan = 0;

  /// Of the shape, the names, and the values statistic by statistic, column by column.
  [[nodiscard]] std::string digest() const;
};

/// @param thing what messages call a column: `row` where rows and columns are exchanged
/// @throws InputError with policy raise, naming the first column that has NaN
Summary summarize(const storage::MatrixInfo& info, const std::vector<ColumnMoments>& moments,
                  const SummaryOptions& options, const std::string& thing = "column");

}  // namespace rankwise::statistics
