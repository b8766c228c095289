#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "rankwise/statistics/column_moments.hpp"
#include "rankwise/statistics/distribution.hpp"

namespace rankwise::statistics {

enum class Statistic : std::uint8_t { count, nan, sum, mean, var, std, min, max, median };

/// `count`, `nan`, ... in the order of the enumeration.
const std::vector<std::string>& statistic_names();

/// What a column's NaN mean for its statistics.
enum class NanPolicy {
  omit,       ///< they are left out, and counted
  propagate,  ///< a column with a NaN has NaN for every statistic but count and nan
  raise,      ///< they are an error
};

/// A quantile, and what the user calls it: `0.05`, `.5`.
struct NamedQuantile {
  std::string name;
  double quantile = 0;
};

struct SummaryOptions {
  std::vector<Statistic> statistics;
  std::uint64_t ddof = 0;  ///< the divisor of var and std is count - ddof, as in NumPy
  NanPolicy nan_policy = NanPolicy::omit;
  std::vector<NamedQuantile> quantiles = {};
  std::uint64_t bins = 0;  ///< of a histogram of each column; 0: none

  /// Whether a statistic is asked for that only the moments tell.
  [[nodiscard]] bool need_moments() const;
  /// The quantiles, the median after them where it is among the statistics, and the bins.
  [[nodiscard]] DistributionOptions distribution() const;
};

/// What the phases found out about each column; what was not asked for is empty.
struct Findings {
  std::vector<ColumnMoments> moments = {};
  std::vector<Distribution> distributions = {};
};

/// One value of a statistic: counts are whole numbers; sum, min and max of integers are exact.
using Value = std::variant<double, WideInteger>;

/// The value of one statistic, but the median, of one column. A column without values has count 0, sum 0, and NaN for
/// all else.
Value value_of(const ColumnMoments& moments, Statistic statistic, const SummaryOptions& options);

/// The statistics of columns by name: values[s][c] for statistics[s] of column c, quantile_values[q][c] likewise.
struct Summary {
  std::uint64_t rows = 0;
  std::vector<std::string> names;
  std::vector<Statistic> statistics;
  std::vector<std::vector<Value>> values;
  std::vector<NamedQuantile> quantiles = {};
  std::vector<std::vector<double>> quantile_values = {};
  std::uint64_t bins = 0;
  std::vector<Histogram> histograms = {};  ///< one per column, where there are bins
  std::uint64_t columns_with_nan = 0;

  /// Of the shape, the names, the values statistic by statistic, column by column, and quantiles and histograms
  /// likewise.
  [[nodiscard]] std::string digest() const;
};

/// @param thing what messages call a column: `row` where rows and columns are exchanged
/// @throws InputError with policy raise, naming the first column that has NaN; and naming the first column that has no
///         histogram: an infinity, or a range too narrow for so many bins
Summary summarize(const storage::MatrixInfo& info, Findings findings, const SummaryOptions& options,
                  const std::string& thing = "column");

}  // namespace rankwise::statistics
