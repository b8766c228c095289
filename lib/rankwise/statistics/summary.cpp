#include "rankwise/statistics/summary.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "rankwise/base/digest.hpp"
#include "rankwise/base/errors.hpp"

namespace rankwise::statistics {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

template <class M>
Value value_of(const M& m, Statistic statistic, const SummaryOptions& options) {
  const auto n = static_cast<double>(m.count);
  if (statistic == Statistic::count) return WideInteger{m.count};
  if (statistic == Statistic::nan) return WideInteger{m.nan};
  if (options.nan_policy == NanPolicy::propagate && m.nan > 0) return not_a_number;
  if (statistic == Statistic::sum) return m.sum;
  if (m.count == 0) return not_a_number;
  switch (statistic) {
    case Statistic::mean:
      return static_cast<double>(m.sum) / n;
    case Statistic::min:
      return m.min;
    case Statistic::max:
      return m.max;
    default:
      break;
  }
  if (m.count <= options.ddof) return not_a_number;
  const double variance = m.m2 / static_cast<double>(m.count - options.ddof);
  return statistic == Statistic::var ? variance : std::sqrt(variance);
}

}  // namespace

const std::vector<std::string>& statistic_names() {
  static const std::vector<std::string> names{"count", "nan", "sum", "mean", "var", "std", "min", "max"};
  return names;
}

Value value_of(const ColumnMoments& moments, Statistic statistic, const SummaryOptions& options) {
  return std::visit([&](const auto& m) { return value_of(m, statistic, options); }, moments);
}

Summary summarize(const storage::MatrixInfo& info, const std::vector<ColumnMoments>& moments,
                  const SummaryOptions& options, const std::string& thing) {
  Summary summary{.rows = info.rows, .names = {}, .statistics = options.statistics, .values = {}};
  for (std::size_t c = 0; c < moments.size(); ++c) {
    const std::uint64_t nan = std::visit([](const auto& m) { return m.nan; }, moments[c]);
    summary.names.push_back(info.name_of(c));
    if (nan == 0) continue;
    ++summary.columns_with_nan;
    if (options.nan_policy == NanPolicy::raise) {
      throw InputError(fmt::format("{}: {} {} has {} NaN; --nan-policy omit leaves them out", info.source, thing,
                                   summary.names.back(), nan));
    }
  }
  for (const Statistic statistic : options.statistics) {
    auto& values = summary.values.emplace_back();
    for (const auto& column : moments) values.push_back(value_of(column, statistic, options));
  }
  return summary;
}

std::string Summary::digest() const {
  Digest digest;
  digest.add("statistics");
  digest.add(rows);
  digest.add(std::uint64_t{names.size()});
  for (const auto& name : names) digest.add(name);
  for (std::size_t s = 0; s < statistics.size(); ++s) {
    digest.add(statistic_names()[static_cast<std::size_t>(statistics[s])]);
    for (const Value& value : values[s]) {
      digest.add(std::uint64_t{value.index()});
      std::visit([&](auto v) { digest.add(v); }, value);
    }
  }
  return digest.hex();
}

}  // namespace rankwise::statistics
